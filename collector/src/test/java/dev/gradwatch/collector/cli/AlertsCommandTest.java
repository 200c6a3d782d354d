package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Against a real collector that a real connection has told of a head without a gradient. */
class AlertsCommandTest {
    private static final Pattern ID = Pattern.compile("^  ([0-9a-f]{16})  ", Pattern.MULTILINE);

    @TempDir
    Path folder;

    private String http = "";
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void alert_isListedAcknowledgedAndMuted() throws Exception {
        try (ChildProcess collect = new ChildProcess(Map.of("GRADWATCH_LISTEN", "127.0.0.1:0"), "collect");
                WireReporter rank = new WireReporter(listening(collect))) {
            rank.hello("seg 042", 0, 1, null).manifest().steps(60);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> run("list").contains("head.weight")
                            || out.toString().contains("head"));

            String list = run("list");
            assertThat(list).contains("open, job seg 042", "Fix");
            Matcher id = ID.matcher(list);
            assertThat(id.find()).as(list).isTrue();
            String alert = id.group(1);

            assertThat(run("ack", alert.substring(0, 6), "--by", "ada", "--note", "looking"))
                    .isEqualTo(alert + " acknowledged\n");
            assertThat(run("list")).contains("acknowledged by ada");
            assertThat(run("mute", alert, "--for", "2h", "--reason", "known")).isEqualTo(alert + " muted for 2h\n");
            assertThat(run("list")).contains("muted for 1 h");
            assertThat(run("list", "--format", "json", "--state", "muted")).contains("\"id\" : \"" + alert + "\"");
            assertThat(run("list", "--state", "open")).isEqualTo("no alerts\n");
        }
    }

    @Test
    void mistakes_areOneLine() throws Exception {
        try (ChildProcess collect = new ChildProcess(Map.of("GRADWATCH_LISTEN", "127.0.0.1:0"), "collect")) {
            listening(collect);
            assertThat(fails(1, "ack", "0123"))
                    .isEqualTo("alert: 0123 (expected: an id that gradwatch alerts list shows)");
            assertThat(fails(1, "list", "--state", "opened")).contains("opened", "(expected: ");
        }
        assertThat(fails(1, "list"))
                .startsWith("http: nobody answers at http://127.0.0.1:")
                .endsWith("(expected: a running gradwatch collect)");
        assertThat(fails(2)).isEqualTo("command: none (expected: list, ack, mute or test-webhook; see --help)");
    }

    @Test
    void config_givesWhatTheCommandLineDoesNot() throws Exception {
        Path config = folder.resolve("collect.yaml");
        Files.writeString(
                config,
                "listen: 127.0.0.1:0\nhttp: 127.0.0.1:0\nhttp-prefix: /gradwatch\nkeep-days: 7\npeople-token: word\n");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
        try (ChildProcess collect = new ChildProcess(Map.of(), "collect", "--config", config.toString())) {
            assertThat(collect.errLine("serving http://127.0.0.1:")).endsWith("/gradwatch/");
        }
        Files.writeString(config, "lissen: 127.0.0.1:0\n");
        try (ChildProcess collect = new ChildProcess(Map.of(), "collect", "--config=" + config)) {
            assertThat(collect.exitStatus()).isEqualTo(2);
            assertThat(collect.restOfErr())
                    .isEqualTo("gradwatch: config: " + config + " line 1: key lissen (expected: listen)");
        }
    }

    @Test
    void store_ofAnotherCollector_isLeftAlone() throws Exception {
        String store = "jdbc:sqlite:" + folder.resolve("jobs.db");
        Map<String, String> environment = Map.of("GRADWATCH_LISTEN", "127.0.0.1:0", "GRADWATCH_STORE", store);
        try (ChildProcess first = new ChildProcess(environment, "collect")) {
            listening(first);
            try (ChildProcess second = new ChildProcess(environment, "collect")) {
                assertThat(second.exitStatus()).isEqualTo(1);
                assertThat(second.restOfErr())
                        .isEqualTo("gradwatch: store: " + folder.resolve("jobs.db")
                                + " is another collector's (expected: --store with a file of its own)");
            }
        }
    }

    private InetSocketAddress listening(ChildProcess collect) throws IOException {
        String listening = collect.errLine("listening on");
        String serving = collect.errLine("serving http://");
        http = serving.substring(serving.indexOf("//") + 2).replace("/", "");
        return new InetSocketAddress(
                "127.0.0.1", Integer.parseInt(listening.substring(listening.lastIndexOf(':') + 1)));
    }

    private String run(String... arguments) {
        assertThat(execute(arguments)).as(err.toString()).isZero();
        return out.toString();
    }

    private String fails(int status, String... arguments) {
        assertThat(execute(arguments)).isEqualTo(status);
        return err.toString().strip().replaceFirst("^gradwatch: ", "");
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[arguments.length == 0 ? 1 : arguments.length + 3];
        all[0] = "alerts";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        if (arguments.length > 0) {
            all[arguments.length + 1] = "--http";
            all[arguments.length + 2] = http;
        }
        CommandLine commandLine = Gradwatch.commandLine();
        return commandLine
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }
}
