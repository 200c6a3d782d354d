package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookReaderTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("HOOK", "https://oapi.dingtalk.com/robot/send?access_token=TOP");

    @TempDir
    Path folder;

    @Test
    void everyKey_isRead() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "SEC123\n");
        Webhook webhook = read("""
                - name: team
                  kind: dingtalk
                  url_env: HOOK
                  secret_file: %s
                  min_severity: warning
                  language: zh
                  jobs: ["train-*", nnunet]
                  quiet_hours: {from: "22:00", to: "07:30", zone: Asia/Shanghai}
                  digest: 10m
                  http_hosts: [chat.lan]
                  proxy: http://proxy.lan:3128
                """.formatted(secret)).get(0);
        assertThat(webhook)
                .isEqualTo(new Webhook(
                        "team",
                        Kind.DINGTALK,
                        URI.create("https://oapi.dingtalk.com/robot/send?access_token=TOP"),
                        "SEC123",
                        Severity.WARNING,
                        Language.ZH,
                        List.of("train-*", "nnunet"),
                        new QuietHours(LocalTime.of(22, 0), LocalTime.of(7, 30), ZoneId.of("Asia/Shanghai")),
                        Duration.ofMinutes(10),
                        Set.of("chat.lan"),
                        URI.create("http://proxy.lan:3128")));
        assertThat(webhook).hasToString("team (dingtalk, https://oapi.dingtalk.com/…)");
    }

    @Test
    void nothing_isNoWebhooks() throws IOException {
        assertThat(read("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {kind: slack, url: https://h/x}                                       | webhooks[0].name: nothing (expected: a text)
            {name: a b, kind: slack, url: https://h/x}                            | webhooks[0].name: a b (expected: 1 to 64 letters, digits, dots, dashes or underscores)
            {name: a, kind: slak, url: https://h/x}                               | webhooks[0].kind: slak (expected: slack, discord, teams, feishu, dingtalk, wecom, mattermost, googlechat, generic)
            {name: a, kind: slack}                                                | webhooks[0].url: 0 given (expected: one of url, url_file and url_env)
            {name: a, kind: slack, url: https://h/x, url_env: HOOK}               | webhooks[0].url: 2 given (expected: one of url, url_file and url_env)
            {name: a, kind: slack, url_env: NONE}                                 | webhooks[0].url_env: NONE (expected: a variable that is set)
            {name: a, kind: slack, url: "https://h/se cret"}                      | webhooks[0].url: not a URL (expected: such as https://HOST/…)
            {name: a, kind: slack, url: http://h/secret}                          | webhooks[0].url: http://h/… (expected: https, or http to this machine or to a host named in http_hosts)
            {name: a, kind: slack, url: ftp://h/secret}                           | webhooks[0].url: ftp://h/… (expected: https, or http to this machine or to a host named in http_hosts)
            {name: a, kind: slack, url: https://me:pw@h/secret}                   | webhooks[0].url: https://h/… (expected: no user or password in it)
            {name: a, kind: slack, url: "https:secret"}                           | webhooks[0].url: https:… (expected: https://HOST/…)
            {name: a, kind: slack, url: "https://h/x#secret"}                     | webhooks[0].url: https://h/… (expected: no # in it)
            {name: a, kind: slack, url: https://h/x, secret: s}                   | webhooks[0].secret: given (expected: none, since slack has no signatures)
            {name: a, kind: slack, url: https://h/x, min_severity: loud}          | webhooks[0].min_severity: loud (expected: info, warning, error or critical)
            {name: a, kind: slack, url: https://h/x, language: fr}                | webhooks[0].language: fr (expected: en or zh)
            {name: a, kind: slack, url: https://h/x, jobs: train}                 | webhooks[0].jobs: a string (expected: a list of texts)
            {name: a, kind: slack, url: https://h/x, digest: 10}                  | webhooks[0].digest: a number (expected: a text)
            {name: a, kind: slack, url: https://h/x, digest: 25h}                 | webhooks[0].digest: PT25H (expected: 0s to 24h)
            {name: a, kind: slack, url: https://h/x, quiet_hours: {from: x}}      | webhooks[0].quiet_hours.from: x (expected: such as "22:00")
            {name: a, kind: slack, url: https://h/x, quiet_hours: {from: "08:00", to: "08:00"}} | webhooks[0].quiet_hours: 08:00 to 08:00 (expected: two times)
            {name: a, kind: slack, url: https://h/x, proxy: "socks://h:1"}        | webhooks[0].proxy: socks://h:1/… (expected: http://HOST:PORT)
            {name: a, kind: feishu, url: https://h/x, secret_file: /none/of/it}   | webhooks[0].secret_file: /none/of/it (expected: a file that can be read)
            """)
    void mistake_namesTheKey(String entry, String message) {
        assertThatThrownBy(() -> read("- " + entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void misspeltKey_isNotTakenForNone() {
        assertThatThrownBy(() -> read("- {name: a, kind: slack, url: https://h/x, secert: s}"))
                .hasMessageStartingWith("webhooks[0].secert: given (expected: digest, http_hosts, jobs, kind,");
    }

    @Test
    void sameNameTwice_isRefused() {
        assertThatThrownBy(() -> read("""
                        - {name: a, kind: slack, url: https://h/x}
                        - {name: a, kind: teams, url: https://h/y}
                        """))
                .hasMessage("webhooks[1].name: a (expected: a name that no other webhook has)");
    }

    @Test
    void plainHttp_isForThisMachineAndNamedHosts() throws IOException {
        for (String url : List.of("http://localhost:1/x", "http://127.0.0.2/x", "http://[::1]:8/x")) {
            assertThat(read("- {name: a, kind: slack, url: '" + url + "'}")).hasSize(1);
        }
        assertThat(read("- {name: a, kind: slack, url: http://chat.lan/x, http_hosts: [chat.lan]}"))
                .hasSize(1);
        assertThatThrownBy(() -> read("- {name: a, kind: slack, url: http://127.0.0.1.evil.example/x}"))
                .hasMessageContaining("expected: https");
    }

    private static List<Webhook> read(String yaml) throws IOException {
        return new WebhookReader(ENVIRONMENT::get).read(new YAMLMapper().readTree(yaml));
    }
}
