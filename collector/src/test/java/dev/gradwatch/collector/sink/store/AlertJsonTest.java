package dev.gradwatch.collector.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Mute;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AlertJsonTest {
    @Test
    void records_comeBackAsTheyWere() {
        for (AlertState state : AlertState.values()) {
            AlertEvent event = Rows.event(5, AlertEvent.Kind.UPDATED, "1", "a", state);
            assertThat(AlertJson.read(AlertJson.write(event), AlertEvent.class)).isEqualTo(event);
        }
        assertThat(AlertJson.read(AlertJson.write(Rows.mute("1", 2)), Mute.class))
                .isEqualTo(Rows.mute("1", 2));
    }

    @Test
    void members_areInSnakeCase() {
        assertThat(json(Rows.alert("1", "a", AlertState.OPEN, 5))).contains("\"opened_micros\":0", "\"job_name\":");
    }

    @Test
    void newerRow_isReadAsFarAsItIsKnown() {
        String newer = json(Rows.alert("1", "a", AlertState.OPEN, 5))
                .replace("\"OUTPUT_NOT_IN_LOSS\"", "\"A_LATER_CAUSE\"")
                .replace("\"USE_OR_DROP_OUTPUT\"", "\"A_LATER_ACTION\"")
                .replace("{\"id\":\"1\"", "{\"later\":{\"a\":[1]},\"id\":\"1\"");
        Alert alert = AlertJson.read(newer.getBytes(StandardCharsets.UTF_8), Alert.class);
        assertThat(alert.finding().cause()).isEqualTo(Cause.KNOWN_MESSAGE);
        assertThat(alert.id()).isEqualTo("1");
    }

    @Test
    void olderRow_mayLackLists() {
        String older = json(Rows.alert("1", "a", AlertState.OPEN, 5)).replace("\"modules\":[\"head\"],", "");
        assertThat(AlertJson.read(older.getBytes(StandardCharsets.UTF_8), Alert.class)
                        .finding()
                        .modules())
                .isEmpty();
    }

    @Test
    void whatIsNoJson_isRefused() {
        assertThatThrownBy(() -> AlertJson.read(new byte[] {1, 2}, Alert.class))
                .isInstanceOf(UncheckedIOException.class);
    }

    private static String json(Alert alert) {
        return new String(AlertJson.write(alert), StandardCharsets.UTF_8);
    }
}
