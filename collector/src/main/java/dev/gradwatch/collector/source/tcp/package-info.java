/**
 * Reporters over TCP: reads the frames of {@code dev.gradwatch.wire} with Netty and hands them over as observations. Every limit of the
 * protocol is enforced here; bad input is counted, answered where an answer helps, and never leaves this package. It keeps no state of a job.
 */
@NullMarked
package dev.gradwatch.collector.source.tcp;

import org.jspecify.annotations.NullMarked;
