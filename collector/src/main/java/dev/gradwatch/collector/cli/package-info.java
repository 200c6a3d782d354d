/** The command line: parses, builds and starts; everything that a command does lives in the packages that it puts together. */
@NullMarked
package dev.gradwatch.collector.cli;

import org.jspecify.annotations.NullMarked;
