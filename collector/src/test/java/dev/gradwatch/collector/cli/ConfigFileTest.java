package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    private static final Set<String> KEYS = Set.of("listen", "http", "logs", "token", "keep-days");

    @TempDir
    Path folder;

    @Test
    void values_areThoseOfTheFile() throws IOException {
        assertThat(read("""
                # for the night shift
                listen: 0.0.0.0:7787
                keep-days: 30
                logs:
                  - 'logs/**/stderr.log'
                  - more.log
                http: "[::1]:7788"
                """))
                .isEqualTo(Map.of(
                        "listen", List.of("0.0.0.0:7787"),
                        "keep-days", List.of("30"),
                        "logs", List.of("logs/**/stderr.log", "more.log"),
                        "http", List.of("[::1]:7788")));
    }

    @Test
    void anEmptyFile_givesNothing() throws IOException {
        assertThat(read("# nothing yet\n")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'http: a:1\nlissen: b:2' | line 2: key lissen (expected: listen)",
                "'webhook: x' | line 1: key webhook (expected: one of http, keep-days, listen, logs, token)",
                "'listen: {host: a}' | line 1: listen is START_OBJECT (expected: a text, a number or a list)",
                "'listen:' | line 1: listen is VALUE_NULL (expected: a text, a number or a list)",
                "'logs: [a, [b]]' | line 1: logs holds START_ARRAY (expected: a list of texts)",
                "'- listen' | line 1: [ (expected: keys and values)",
                "'http: a\nhttp: b' | line 2",
                "'http: \"a' | (expected: YAML)"
            })
    void aMistake_isNamedWithItsLine(String text, String problem) {
        assertThatThrownBy(() -> read(text.strip()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("config: " + folder.resolve("c.yaml"))
                .hasMessageContaining(problem.strip());
    }

    @Test
    void aMissingFile_isNamed() {
        Path missing = folder.resolve("no.yaml");
        assertThatThrownBy(() -> ConfigFile.read(missing, KEYS))
                .hasMessage("config: " + missing + " is missing (expected: a YAML file)");
    }

    @Test
    void aFileThatHoldsAToken_isForItsOwnerOnly() throws IOException {
        assertThatThrownBy(() -> read("token: secret-word"))
                .hasMessageContaining("holds a token and can be read by others (expected: mode 0600)")
                .hasMessageNotContaining("secret-word");
        Files.setPosixFilePermissions(folder.resolve("c.yaml"), PosixFilePermissions.fromString("rw-------"));
        assertThat(ConfigFile.read(folder.resolve("c.yaml"), KEYS)).containsKey("token");
    }

    @Test
    void webhooks_areATree_ofTextsAsTheyWereWritten() throws IOException {
        Path file = written("""
                listen: a:1
                webhooks:
                  - name: 007
                    jobs: [a-*, no]
                    quiet_hours: {from: 22:00, to: null}
                """, "rw-r--r--");
        assertThat(ConfigFile.read(file, KEYS)).containsOnlyKeys("listen");
        assertThat(ConfigFile.read(file).webhooks().root())
                .hasToString("[{\"name\":\"007\",\"jobs\":[\"a-*\",\"no\"],"
                        + "\"quiet_hours\":{\"from\":\"22:00\",\"to\":null}}]");
        assertThat(ConfigFile.read(written("listen: a:1", "rw-r--r--"))
                        .webhooks()
                        .root()
                        .isMissingNode())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "webhooks[1].quiet_hours.from: x | 6",
                "webhooks[1].quiet_hours.to: nothing | 5",
                "webhooks[1].kind: nothing | 4",
                "webhooks[0].name: x | 3",
                "webhooks: x | 2",
                "else | 1"
            })
    void mistakeInATree_isNamedWithTheLineOfItsInnermostPart(String message, int line) throws IOException {
        ConfigFile file = ConfigFile.read(written("""

                webhooks:
                  - name: team
                  - name: night
                    quiet_hours:
                      from: "22:00"
                """, "rw-r--r--"));
        assertThat(file.problem(new IllegalArgumentException(message.strip())))
                .hasMessage("config: " + folder.resolve("c.yaml") + " line " + line + ": " + message.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'webhooks: [{name: a, name: b}]' | line 1: key webhooks[0].name twice (expected: it once)",
                "'webhooks: []\nwebhooks: []' | line 2",
                "'webhooks: [{name: \"a}]' | (expected: YAML)"
            })
    void mistakeOfATreesForm_isNamed(String text, String problem) {
        assertThatThrownBy(() -> read(text.strip().replace("\\n", "\n")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(problem.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"url: 'https://h/secret-word'", "{url_env: A, secret: secret-word}"})
    void aFileThatHoldsAWebhooksSecret_isForItsOwnerOnly(String webhook) throws IOException {
        assertThatThrownBy(() -> read("webhooks:\n  - " + webhook))
                .hasMessageContaining("holds a webhook's url or secret and can be read by others (expected: mode 0600)")
                .hasMessageNotContaining("secret-word");
        ConfigFile.read(written("webhooks:\n  - " + webhook, "rw-------"));
        ConfigFile.read(written("webhooks: [{url_file: /run/url, secret_env: S}]", "rw-r--r--"));
    }

    private Path written(String text, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private Map<String, List<String>> read(String text) throws IOException {
        Path file = folder.resolve("c.yaml");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return ConfigFile.read(file, KEYS);
    }
}
