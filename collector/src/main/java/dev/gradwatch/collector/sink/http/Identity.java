package dev.gradwatch.collector.sink.http;

import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param trusted has the token, or a session, or none is needed
 * @param session by which they are trusted; null where by the token, or where none is needed
 */
record Identity(boolean trusted, @Nullable String session) {}
