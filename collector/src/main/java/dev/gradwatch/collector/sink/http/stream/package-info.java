/**
 * Server-sent events: each client's bounded queue, what it missed, and its end where it does not read. Fed with frames by the API. Knows
 * nothing of jobs and alerts.
 */
@NullMarked
package dev.gradwatch.collector.sink.http.stream;

import org.jspecify.annotations.NullMarked;
