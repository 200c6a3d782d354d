/**
 * What is true now of a job. {@code JobView} and {@code ModelView} work the state up into facts (used where, unused where, what the structure
 * shows); one detector a cause turns facts into findings. All of it is a pure function of state: nothing is remembered from one call to the next.
 */
@NullMarked
package dev.gradwatch.collector.analysis.detect;

import org.jspecify.annotations.NullMarked;
