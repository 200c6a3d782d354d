/**
 * The reporter of a JVM trainer: which passes are watched, the ledger of what was seen, the connection to the collector. {@code dev.gradwatch.agent.djl} feeds it
 * from the training thread; what goes wrong here is said in one line and ends the reporting, never the training. It knows no framework, keeps no JVM alive, and
 * nothing in it grows with the length of a job. The Python reporter is its twin: the same protocol, schedule and rules of reconnecting.
 */
@NullMarked
package dev.gradwatch.agent.report;

import org.jspecify.annotations.NullMarked;
