/**
 * Keeps jobs, alerts and series in a database, so that they outlast the process. Fed in batches by the collector's writer, read by the API.
 * Never computes a finding.
 */
@NullMarked
package dev.gradwatch.collector.sink.store;

import org.jspecify.annotations.NullMarked;
