/**
 * Loads the Java agent into a JVM that runs. Asked by {@code gradwatch attach}; looks at the process first, because what is no JVM dies of the signal that
 * asks a JVM to listen. Never ends a process, and leaves no thread behind.
 */
@NullMarked
package dev.gradwatch.collector.cli.attach;

import org.jspecify.annotations.NullMarked;
