/** What a person sees in the terminal when a job ends: the answer, the evidence, the fix, what not to do, in that order and on one screen. */
@NullMarked
package dev.gradwatch.collector.sink.terminal;

import org.jspecify.annotations.NullMarked;
