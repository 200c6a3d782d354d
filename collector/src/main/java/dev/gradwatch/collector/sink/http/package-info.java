/**
 * The API: jobs, reports, alerts and events over HTTP, for the page, the command line and other programs. Reads what a {@link
 * dev.gradwatch.collector.sink.http.Directory} knows. Never computes a finding.
 *
 * <p>A request passes {@link dev.gradwatch.collector.sink.http.Gate} (rate, Host, Origin, token), its body is read whole within a bound,
 * its {@link dev.gradwatch.collector.sink.http.Endpoint} answers on a bounded pool, and {@link
 * dev.gradwatch.collector.sink.http.AnswerWriter} sends that. Only event streams are served on the event loops throughout.
 */
@NullMarked
package dev.gradwatch.collector.sink.http;

import org.jspecify.annotations.NullMarked;
