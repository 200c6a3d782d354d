package dev.gradwatch.collector.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresRestartTest {
    private static final Batch NONE = new Batch(List.of(), List.of(), List.of(), List.of(), List.of());

    @TempDir
    Path folder;

    @Test
    void serverThatIsStoppedAndStarted_losesNoAlert() throws Exception {
        EmbeddedPostgres server = server(0);
        int port = server.getPort();
        PendingAlerts alerts = new PendingAlerts(1_000, 10);
        try (Store store = Stores.open("jdbc:postgresql://localhost:" + port + "/postgres?user=postgres", Map.of())) {
            WriteCycle cycle = new WriteCycle(store, most -> NONE, alerts);
            alerts.add(WriteCycleTest.event(0));
            assertThat(cycle.turn()).isEqualTo(WriteCycle.Outcome.DONE);
            server.close();
            alerts.add(WriteCycleTest.event(1));
            assertThat(cycle.turn()).isEqualTo(WriteCycle.Outcome.FAILED);
            alerts.add(WriteCycleTest.event(2));
            assertThat(cycle.turn()).isEqualTo(WriteCycle.Outcome.FAILED);
            assertThat(cycle.state().reason())
                    .startsWith("store: postgresql://localhost:" + port + "/postgres does not answer (");
            assertThatThrownBy(() -> store.history("1")).isInstanceOf(StoreException.class);

            server = server(port);
            while (cycle.turn() != WriteCycle.Outcome.DONE) {
                assertThat(cycle.state().failures()).isLessThan(10);
            }
            assertThat(store.history("1"))
                    .containsExactly(WriteCycleTest.event(0), WriteCycleTest.event(1), WriteCycleTest.event(2));
        } finally {
            server.close();
        }
    }

    private EmbeddedPostgres server(int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(folder.resolve("data"))
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start();
        } catch (Exception | LinkageError e) {
            return abort("PostgreSQL does not start here: " + e);
        }
    }
}
