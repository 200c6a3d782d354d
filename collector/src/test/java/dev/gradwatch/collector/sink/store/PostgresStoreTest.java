package dev.gradwatch.collector.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresStoreTest extends StoreContract {
    private static EmbeddedPostgres server;

    @BeforeAll
    static void startServer() {
        try {
            server = EmbeddedPostgres.builder().start();
        } catch (Exception | LinkageError e) {
            abort("PostgreSQL does not start here: " + e);
        }
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    @Override
    void start() {
        tables().useHandle(handle -> handle.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
        super.start();
    }

    @Override
    Store open() {
        return Stores.open(url(), Map.of());
    }

    private static String url() {
        return "jdbc:postgresql://postgres:secret-word@localhost:" + server.getPort() + "/postgres";
    }

    @Override
    Jdbi tables() {
        return Jdbi.create(server.getPostgresDatabase());
    }

    @Test
    void kind_isPostgresql() throws Exception {
        try (Store store = open()) {
            assertThat(store.kind()).isEqualTo("postgresql");
        }
    }

    @Test
    void databaseThatIsMissing_isSaidWithoutThePassword() {
        assertThatThrownBy(() -> Stores.open(url().replaceFirst("postgres$", "no-such"), Map.of()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no-such")
                .hasMessageNotContaining("secret-word");
    }

    @Test
    void serverThatIsAway_isSaidWithoutThePassword() {
        assertThatThrownBy(() -> Stores.open("jdbc:postgresql://u:secret-word@localhost:1/db", Map.of()))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(
                        "store: postgresql://localhost:1/db does not answer (Connection to localhost:1 refused")
                .satisfies(e -> {
                    java.io.StringWriter trace = new java.io.StringWriter();
                    e.printStackTrace(new java.io.PrintWriter(trace));
                    assertThat(trace.toString()).doesNotContain("secret-word");
                });
    }

    @Test
    void connectionsThatTheServerEnds_areMadeAnew() throws Exception {
        try (Store store = open()) {
            store.write(Rows.of(Rows.mute("1", Rows.NOW)));
            tables().useHandle(handle -> handle.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gradwatch'"));
            Batch batch = Rows.of(Rows.mute("2", Rows.NOW));
            org.awaitility.Awaitility.await()
                    .ignoreExceptionsInstanceOf(StoreException.class)
                    .untilAsserted(() -> {
                        store.write(batch);
                        assertThat(store.mutes(0)).hasSize(2);
                    });
        }
    }
}
