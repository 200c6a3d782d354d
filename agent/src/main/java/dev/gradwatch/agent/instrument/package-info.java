/**
 * What is put into the host's classes, by ByteBuddy: one chain that finds DJL's classes by name, and advice classes without state that are copied into their
 * methods and call {@link dev.gradwatch.agent.Probe}. The only package that may name ByteBuddy.
 */
@NullMarked
package dev.gradwatch.agent.instrument;

import org.jspecify.annotations.NullMarked;
