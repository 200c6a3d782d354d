package dev.gradwatch.collector.sink.store;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Severity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Alerts, events and mutes as the JSON of their records. A version reads what a newer one wrote: members that it does not know are left out, words
 * that it does not know become the nearest it has.
 */
final class AlertJson {
    private static final Map<Class<?>, Enum<?>> NEAREST = Map.of(
            Cause.class, Cause.KNOWN_MESSAGE,
            Action.class, Action.KNOWN_FIX,
            Severity.class, Severity.WARNING,
            Confidence.class, Confidence.LOW,
            AlertState.class, AlertState.OPEN,
            AlertEvent.Kind.class, AlertEvent.Kind.UPDATED,
            Alert.Since.class, Alert.Since.FIRST_RUN);

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .withConfigOverride(List.class, list -> list.setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
            .addHandler(new UnknownWord())
            .build();

    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws UncheckedIOException where it is no JSON of such a record */
    static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class UnknownWord extends DeserializationProblemHandler {
        @Override
        public Object handleWeirdStringValue(
                DeserializationContext context, Class<?> type, String value, String failure) {
            Enum<?> nearest = NEAREST.get(type);
            return nearest == null ? NOT_HANDLED : nearest;
        }
    }

    private AlertJson() {}
}
