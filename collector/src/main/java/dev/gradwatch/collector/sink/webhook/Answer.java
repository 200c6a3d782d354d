package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/**
 * What a server answered.
 *
 * @param retryAfter that header as it came; empty where there was none
 * @param body at most {@link HttpPost#MAX_ANSWER_BYTES}
 * @param atMicros when it came
 */
record Answer(int status, String retryAfter, String body, long atMicros) {
    private static final JsonMapper MAPPER = new JsonMapper();

    boolean ok() {
        return status >= 200 && status < 300;
    }

    /** The body's JSON; missing where it is none. */
    JsonNode json() {
        try {
            JsonNode node = MAPPER.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    /** What the status alone says of an answer that is not 2xx. */
    Outcome failure(String words) {
        String reason = "HTTP " + status + (words.isBlank() ? "" : ": " + words);
        if (status == 429) {
            return Outcome.limited(waitMillis(), reason);
        }
        if (status >= 500 || status == 408) {
            return Outcome.later(waitMillis(), reason);
        }
        if (status >= 300 && status < 400) {
            return Outcome.refused(reason + " (expected: no redirect)");
        }
        return Outcome.refused(reason);
    }

    /** What Retry-After asks for, in seconds or as a date; 0 where it asks for nothing. */
    private long waitMillis() {
        String asked = retryAfter.trim();
        if (asked.isEmpty()) {
            return 0;
        }
        try {
            return Math.max(0, Math.round(1_000 * Double.parseDouble(asked)));
        } catch (NumberFormatException notSeconds) {
            try {
                Instant until = ZonedDateTime.parse(asked, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                return Math.max(
                        0,
                        Duration.between(Instant.EPOCH.plus(atMicros, ChronoUnit.MICROS), until)
                                .toMillis());
            } catch (DateTimeParseException neither) {
                return 0;
            }
        }
    }
}
