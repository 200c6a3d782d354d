package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class CommandLinesTest {
    private final Probe probe = new Probe();
    private final StringWriter err = new StringWriter();

    @Test
    void address_isParsed() {
        assertThat(run("--listen", "127.0.0.1:7787")).isZero();
        assertThat(probe.options.listen).hasToString("/127.0.0.1:7787");
        assertThat(run("--listen", "[::1]:0")).isZero();
        assertThat(probe.options.listen.getAddress().isLoopbackAddress()).isTrue();
    }

    @Test
    void badAddress_namesValueAndExpectation() {
        assertThat(run("--listen", "127.0.0.1:70000")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("gradwatch: ")
                .contains("port: 70000 (expected: 0-65535)")
                .hasLineCount(1);
        for (String bad : new String[] {"7787", ":7787", "::1:7787", "host:", "host:-1", "host:77x"}) {
            assertThat(run("--listen", bad)).as(bad).isEqualTo(2);
        }
    }

    @Test
    void unknownOption_isOneLineWithTheWayToHelp() {
        assertThat(run("--http", "127.0.0.1:80")).isEqualTo(2);
        assertThat(err.toString()).startsWith("gradwatch: Unknown option").endsWith("(expected: see probe --help)\n");
    }

    @Test
    void failure_isOneLine() {
        probe.failure = new IOException("record: /x\n  is bad (expected: good)");
        assertThat(run()).isEqualTo(1);
        assertThat(err).hasToString("gradwatch: record: /x is bad (expected: good)\n");
    }

    @Test
    void verbose_addsTheStackTrace() {
        probe.failure = new IllegalStateException();
        assertThat(run("--verbose")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("gradwatch: IllegalStateException\n")
                .contains("\tat " + CommandLinesTest.class.getName());
    }

    @Test
    void environment_isTheOptionsTwin() throws Exception {
        CommandLine line = line();
        line.setDefaultValueProvider(new EnvironmentDefaults(Map.of(
                "GRADWATCH_LISTEN", "127.0.0.1:1234",
                "GRADWATCH_TOKEN", "",
                "GRADWATCH_NO_HTTP", "1",
                "GRADWATCH_VERBOSE", "0",
                "GRADWATCH_HELP", "true")));
        assertThat(line.execute()).isZero();
        assertThat(probe.options.listen.getPort()).isEqualTo(1234);
        assertThat(probe.options.token()).isNull();
        assertThat(probe.options.noHttp).isTrue();
        assertThat(probe.options.verbose).isFalse();
        assertThat(probe.called).isTrue();

        assertThat(line.execute("--listen", "127.0.0.1:99")).isZero();
        assertThat(probe.options.listen.getPort()).isEqualTo(99);
    }

    @Test
    void badEnvironment_isRefusedLikeABadOption() {
        CommandLine line = line();
        line.setDefaultValueProvider(new EnvironmentDefaults(Map.of("GRADWATCH_LISTEN", "nowhere")));
        assertThat(line.execute()).isEqualTo(2);
        assertThat(err.toString()).contains("address: nowhere (expected: HOST:PORT)");
    }

    @Test
    void token_isNeededBeyondLoopback() {
        assertThat(new SidecarOptions(address("127.0.0.1:0"), "secret", null).toString())
                .doesNotContain("secret");
    }

    private static java.net.InetSocketAddress address(String text) {
        return new AddressConverter().convert(text);
    }

    private int run(String... arguments) {
        return line().execute(arguments);
    }

    private CommandLine line() {
        err.getBuffer().setLength(0);
        return CommandLines.of(probe).setErr(new PrintWriter(err, true));
    }

    @Command(name = "probe", mixinStandardHelpOptions = true)
    private static final class Probe implements Callable<Integer> {
        @Mixin
        private ListenOptions options = new ListenOptions();

        private Exception failure;
        private boolean called;

        @Override
        public Integer call() throws Exception {
            called = true;
            if (failure != null) {
                throw failure;
            }
            return 0;
        }
    }
}
