package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    Path folder;

    @Test
    void nothing_givesTheDefaults() {
        Settings settings = of(null, NOTHING);
        assertThat(settings.collector()).isEqualTo("127.0.0.1:7787");
        assertThat(settings.budget()).isEqualTo(0.005);
        assertThat(settings.token()).isNull();
        assertThat(settings.trust()).isNull();
        assertThat(settings.isDisabled()).isFalse();
        assertThat(settings.job())
                .isEqualTo(settings.host() + ":" + ProcessHandle.current().pid());
    }

    @Test
    void environment_means_whatItMeansToThePythonReporter() {
        Settings settings = of(
                "",
                Map.of(
                        "GRADWATCH_COLLECTOR", "node1:99",
                        "GRADWATCH_JOB", "seg-042",
                        "GRADWATCH_TOKEN", "s3cret",
                        "GRADWATCH_BUDGET", "off",
                        "GRADWATCH_DISABLE", "1",
                        "GRADWATCH_TLS_CA", "system"));
        assertThat(settings.collector()).isEqualTo("node1:99");
        assertThat(settings.job()).isEqualTo("seg-042");
        assertThat(settings.token()).isEqualTo("s3cret");
        assertThat(settings.budget()).isEqualTo(Budget.OFF);
        assertThat(settings.isDisabled()).isTrue();
        assertThat(settings.trust()).isNotNull();
    }

    @Test
    void emptyVariables_areUnset() {
        Settings settings = of(
                null,
                Map.of(
                        "GRADWATCH_COLLECTOR", "",
                        "GRADWATCH_JOB", "",
                        "GRADWATCH_TOKEN", "",
                        "GRADWATCH_BUDGET", "",
                        "GRADWATCH_TLS_CA", ""));
        assertThat(settings.collector()).isEqualTo("127.0.0.1:7787");
        assertThat(settings.token()).isNull();
        assertThat(settings.trust()).isNull();
    }

    @Test
    void options_goOverTheEnvironment() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "inner\n");
        Settings settings = of(
                "collector=[::1]:8000, job=a=b,,token-file=" + token + ",budget=2%",
                Map.of("GRADWATCH_COLLECTOR", "nonsense:x", "GRADWATCH_TOKEN", "outer", "GRADWATCH_JOB", "c"));
        assertThat(settings.collector()).isEqualTo("::1:8000");
        assertThat(settings.job()).isEqualTo("a=b");
        assertThat(settings.token()).isEqualTo("inner");
        assertThat(settings.budget()).isEqualTo(0.02);
    }

    @ParameterizedTest
    @CsvSource({"0.5%, 0.005", "0.02, 0.02", "100%, 1", "1, 1"})
    void budget_isAFractionOrAPercentage(String text, double share) {
        assertThat(Budget.of("budget", text)).isEqualTo(share);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "0", "-1", "1.5", "nan", "NaN", "101%", "%"})
    void budget_thatIsNoneOfThem(String text) {
        assertRefused(
                "budget=" + text,
                "budget: " + text + " (expected: a fraction such as 0.005, a percentage such as 0.5%, or off)");
        assertThatThrownBy(() -> of(null, Map.of("GRADWATCH_BUDGET", text)))
                .hasMessageStartingWith("GRADWATCH_BUDGET: " + text + " (expected: a fraction");
    }

    @ParameterizedTest
    @CsvSource({"node1, node1:7787", "::1]:5, ::1]:5", "[::1], ::1:7787", "10.0.0.1:1, 10.0.0.1:1"})
    void address_ofEachShape(String text, String place) {
        assertThat(of("collector=" + text, NOTHING).collector()).isEqualTo(place);
    }

    @ParameterizedTest
    @ValueSource(strings = {"node1:0", "node1:65536", "node1:x", ":7787", "node1:"})
    void address_thatIsNone(String text) {
        assertRefused("collector=" + text, "collector: " + text + " (expected: HOST:PORT, the port 1-65535)");
    }

    @Test
    void option_thatIsUnknown() {
        String names = "(expected: NAME=VALUE, the names collector, job, token-file, tls-ca, budget)";
        assertRefused("colector=a:1", "option: colector " + names);
        assertRefused("token=secret", "option: token " + names);
        assertRefused("job", "option: job " + names);
        assertRefused("job=", "job: empty (expected: a value)");
        assertRefused("job=a,job=b", "option: job twice (expected: once)");
    }

    @Test
    void tokenFile_thatHoldsNone() throws Exception {
        Path missing = folder.resolve("missing");
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        Path large = Files.writeString(folder.resolve("large"), "x".repeat(5_000));
        String expected = " (expected: a file that holds the collector's token)";
        assertRefused("token-file=" + missing, "token-file: " + missing + ": no such file" + expected);
        assertRefused("token-file=" + empty, "token-file: " + empty + ": empty" + expected);
        assertRefused("token-file=" + large, "token-file: " + large + ": more than 4096 bytes" + expected);
    }

    @Test
    void tlsCa_thatHoldsNoCertificate() throws Exception {
        Path missing = folder.resolve("missing.pem");
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        Path text = Files.writeString(folder.resolve("text.pem"), "-----BEGIN CERTIFICATE-----\nnone\n");
        String expected = " (expected: a PEM file of CA certificates, or system)";
        assertRefused("tls-ca=" + missing, "tls-ca: " + missing + ": no such file" + expected);
        assertRefused("tls-ca=" + empty, "tls-ca: " + empty + ": no certificate in it" + expected);
        assertRefused("tls-ca=" + text, "tls-ca: " + text + ": no certificate in it" + expected);
    }

    private static void assertRefused(String options, String message) {
        assertThatThrownBy(() -> of(options, NOTHING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static Settings of(String options, Map<String, String> environment) {
        return Settings.of(options, environment::get);
    }
}
