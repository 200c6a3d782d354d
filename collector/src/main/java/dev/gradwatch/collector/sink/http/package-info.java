/**
 * The API: jobs, reports, alerts and events over HTTP, for the page, the command line and other programs. Reads what a {@link
 * dev.gradwatch.collector.sink.http.Directory} knows. Never computes a finding.
 */
@NullMarked
package dev.gradwatch.collector.sink.http;

import org.jspecify.annotations.NullMarked;
