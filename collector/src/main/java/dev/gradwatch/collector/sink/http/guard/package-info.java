/**
 * What keeps strangers, floods and slow clients out: allowed hosts, rates, tokens and sessions, certificates, deadlines of connections.
 * Asked by the API for each request. Never answers one.
 */
@NullMarked
package dev.gradwatch.collector.sink.http.guard;

import org.jspecify.annotations.NullMarked;
