package dev.gradwatch.collector.sink.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes an {@link Answer} what goes over the wire: with an ETag, not at all where the client has it, and packed where the client unpacks.
 * Hashing and packing a report of megabytes takes milliseconds, so {@link #packed} is for workers, and only {@link #send} for event
 * loops.
 */
final class AnswerWriter {
    /** A smaller one fits a packet as it is. */
    private static final int MIN_PACKED_BYTES = 1_024;

    private static final String PACKED_TAG = "-gzip\"";
    private static final int TAG_BYTES = 16;

    /**
     * What the client said of the answer that it wants.
     *
     * @param reads false for POST
     */
    record Wish(boolean reads, boolean gzip, @Nullable String etags) {
        static Wish of(HttpServerRequest request) {
            return new Wish(
                    HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method()),
                    acceptsGzip(request.getHeader("Accept-Encoding")),
                    request.getHeader("If-None-Match"));
        }

        private static boolean acceptsGzip(@Nullable String encodings) {
            return encodings != null
                    && Arrays.stream(encodings.split(",", -1))
                            .map(encoding -> encoding.replace(" ", ""))
                            .anyMatch(encoding -> encoding.equals("gzip")
                                    || (encoding.startsWith("gzip;q=") && !encoding.matches("gzip;q=0(\\.0*)?")));
        }
    }

    /** Any thread. */
    static Answer packed(Answer answer, Wish wish) {
        Map<String, String> headers = new TreeMap<>(answer.headers());
        if (answer.status() != 200 || !wish.reads()) {
            headers.put("Cache-Control", "no-store");
            return new Answer(answer.status(), answer.contentType(), answer.body(), headers);
        }
        String tag = tag(answer.body());
        // Kept, but asked for each time: what an answer says may be another thing a second later.
        headers.put("Cache-Control", "private, no-cache");
        headers.put("Vary", "Accept-Encoding");
        boolean pack = wish.gzip() && answer.body().length >= MIN_PACKED_BYTES && isText(answer.contentType());
        headers.put("ETag", pack ? tag.substring(0, tag.length() - 1) + PACKED_TAG : tag);
        if (wish.etags() != null && has(wish.etags(), tag)) {
            return new Answer(304, answer.contentType(), new byte[0], headers);
        }
        if (pack) {
            headers.put("Content-Encoding", "gzip");
        }
        return new Answer(200, answer.contentType(), pack ? gzip(answer.body()) : answer.body(), headers);
    }

    /** On the request's event loop. */
    static void send(HttpServerRequest request, Answer answer) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        if (answer.status() == 304) {
            response.end();
            return;
        }
        response.putHeader("Content-Type", answer.contentType());
        if (HttpMethod.HEAD.equals(request.method())) {
            response.putHeader("Content-Length", Integer.toString(answer.body().length));
            response.end();
        } else {
            response.end(Buffer.buffer(answer.body()));
        }
    }

    private static boolean has(String etags, String tag) {
        for (String etag : etags.split(",", -1)) {
            String plain = etag.trim();
            if (plain.startsWith("W/")) {
                plain = plain.substring(2);
            }
            if (plain.equals("*") || plain.replace(PACKED_TAG, "\"").equals(tag)) {
                return true;
            }
        }
        return false;
    }

    private static String tag(byte[] body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
            return '"' + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static boolean isText(String contentType) {
        return contentType.startsWith("text/") || contentType.contains("json") || contentType.contains("svg");
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(body.length / 4);
        try (GZIPOutputStream stream = new GZIPOutputStream(packed)) {
            stream.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes what is written to it", e);
        }
        return packed.toByteArray();
    }

    private AnswerWriter() {}
}
