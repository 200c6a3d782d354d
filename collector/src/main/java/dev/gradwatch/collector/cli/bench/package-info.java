/** {@code gradwatch bench}: load on a real collector in a process of its own, and what it answers meanwhile. */
@NullMarked
package dev.gradwatch.collector.cli.bench;

import org.jspecify.annotations.NullMarked;
