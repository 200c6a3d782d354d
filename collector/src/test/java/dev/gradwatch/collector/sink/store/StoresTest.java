package dev.gradwatch.collector.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoresTest {
    @ParameterizedTest
    @CsvSource({
        "gradwatch.db, gradwatch.db",
        "'', ''",
        "jdbc:sqlite:, jdbc:sqlite:",
        "jdbc:sqlite::memory:, jdbc:sqlite::memory:",
        "jdbc:sqlite:file:x, jdbc:sqlite:file:x",
        "jdbc:sqlite:/tmp/x?password=word, jdbc:sqlite:…",
        "jdbc:mysql://u:word@host/db, jdbc:mysql://…",
        "postgresql://u:word@host/db, postgresql://…",
        "jdbc:postgresql://u:wo/word@host/db, jdbc:postgresql://…",
        "jdbc:postgresql://u:wo?word@host/db, jdbc:postgresql://…",
        "jdbc:postgresql://host/db?password=%zzword, jdbc:postgresql://…",
        "jdbc:postgresql://host:word/db, jdbc:postgresql://…",
        "jdbc:postgresql:///db, jdbc:postgresql://…",
    })
    void badUrl_isRefusedWithoutItsSecrets(String url, String shown) {
        assertThatThrownBy(() -> Stores.open(url, Map.of()))
                .isInstanceOf(StoreException.class)
                .hasMessage("store: " + shown + " (expected: jdbc:sqlite:FILE or jdbc:postgresql://…)");
    }

    @Test
    void userAndPassword_areTakenOutOfTheUrl() {
        Map<String, String> environment = Map.of("PGUSER", "env", "PGPASSWORD", "env-word");
        PostgresUrl before = PostgresUrl.of("jdbc:postgresql://ada:p%40ss+w%3A@db:5433/jobs?ssl=true", environment);
        assertThat(before.url()).isEqualTo("jdbc:postgresql://db:5433/jobs?ssl=true");
        assertThat(before.place()).isEqualTo("postgresql://db:5433/jobs");
        assertThat(before.user()).isEqualTo("ada");
        assertThat(before.password()).isEqualTo("p@ss+w:");
        assertThat(before.toString()).isEqualTo(before.place());

        PostgresUrl among =
                PostgresUrl.of("jdbc:postgresql://db/jobs?password=a@b&user=ada&sslmode=require", environment);
        assertThat(among.url()).isEqualTo("jdbc:postgresql://db/jobs?sslmode=require");
        assertThat(among.user()).isEqualTo("ada");
        assertThat(among.password()).isEqualTo("a@b");

        PostgresUrl neither = PostgresUrl.of("jdbc:postgresql://db", environment);
        assertThat(neither.url()).isEqualTo("jdbc:postgresql://db/");
        assertThat(neither.user()).isEqualTo("env");
        assertThat(neither.password()).isEqualTo("env-word");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]:5432", "a,b:5433", "10.0.0.1"})
    void hosts_mayBeSeveralOrNumbers(String hosts) {
        assertThat(PostgresUrl.of("jdbc:postgresql://" + hosts + "/db", Map.of())
                        .url())
                .isEqualTo("jdbc:postgresql://" + hosts + "/db");
    }
}
