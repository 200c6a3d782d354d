/**
 * The frames that training processes and the collector exchange: their byte layout, their limits, their versions. {@code java.*} only and Java 11,
 * since it also lives inside other people's JVMs. The text beside it is {@code agent/protocol/README.md}. It opens no socket and starts no thread.
 */
@NullMarked
package dev.gradwatch.wire;

import org.jspecify.annotations.NullMarked;
