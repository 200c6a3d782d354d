/**
 * What one rank's passes over one model left behind, in bounded memory: which parameters were used in which passes, how healthy the gradients
 * were, and a few series of numbers. Fed by {@code analysis.state}; knows of no other rank and draws no conclusion.
 */
@NullMarked
package dev.gradwatch.collector.analysis.ledger;

import org.jspecify.annotations.NullMarked;
