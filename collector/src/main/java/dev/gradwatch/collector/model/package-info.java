/**
 * The words of the collector: the facts that sources observe, and what analysis says of them. Everybody imports this package and it imports
 * nobody. Values only: nothing here reads a clock, a file or a socket, and nothing here decides.
 */
@NullMarked
package dev.gradwatch.collector.model;

import org.jspecify.annotations.NullMarked;
