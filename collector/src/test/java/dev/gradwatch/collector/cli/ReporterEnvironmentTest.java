package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReporterEnvironmentTest {
    private static final InetSocketAddress COLLECTOR = InetSocketAddress.createUnresolved("node1", 7787);
    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    @Test
    void variables_nameCollectorJobAndToken() {
        assertThat(new ReporterEnvironment(Map.of("A", "b"))
                        .reportingTo(COLLECTOR, "secret", "job-1")
                        .spending(new Budget("off"))
                        .variables())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "A", "b",
                        "GRADWATCH_COLLECTOR", "node1:7787",
                        "GRADWATCH_TOKEN", "secret",
                        "GRADWATCH_JOB", "job-1",
                        "GRADWATCH_BUDGET", "off"));
    }

    @Test
    void trust_isThatOfTheCollectorReportedTo() {
        Map<String, String> callers = Map.of("GRADWATCH_TLS_CA", "/etc/other.pem");
        assertThat(new ReporterEnvironment(callers).trusting(null).variables()).isEmpty();
        assertThat(new ReporterEnvironment(callers).trusting("system").variables())
                .isEqualTo(Map.of("GRADWATCH_TLS_CA", "system"));
        assertThat(new ReporterEnvironment(Map.of()).trusting("ca.pem").variables())
                .isEqualTo(Map.of(
                        "GRADWATCH_TLS_CA", Path.of("ca.pem").toAbsolutePath().toString()));
    }

    @Test
    void callersLocale_isGivenBack() {
        assertThat(new ReporterEnvironment(Map.of("LC_ALL", "C.UTF-8", ReporterEnvironment.CALLERS_LC_ALL, "C"))
                        .variables())
                .isEqualTo(Map.of("LC_ALL", "C"));
        assertThat(new ReporterEnvironment(Map.of("LC_ALL", "C.UTF-8", ReporterEnvironment.CALLERS_LC_ALL, ""))
                        .variables())
                .isEmpty();
    }

    @Test
    void address_isOneThatAReporterHereCanReach() throws UnknownHostException {
        assertThat(ReporterEnvironment.address(new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 9)))
                .isEqualTo("127.0.0.1:9");
        assertThat(ReporterEnvironment.address(new InetSocketAddress(InetAddress.getByAddress(IPV6_LOOPBACK), 9)))
                .isEqualTo("[0:0:0:0:0:0:0:1]:9");
    }
}
