/**
 * What to do, in the words and with the names of this very job: module names grouped, snippets for the trainer library in use, and what looks right
 * and is wrong. Asked by the detectors; looks at no state itself.
 */
@NullMarked
package dev.gradwatch.collector.analysis.advice;

import org.jspecify.annotations.NullMarked;
