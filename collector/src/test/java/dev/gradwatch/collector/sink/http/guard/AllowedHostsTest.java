package dev.gradwatch.collector.sink.http.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
    private final AllowedHosts loopback =
            AllowedHosts.of(new InetSocketAddress("127.0.0.1", 7788), List.of("gradwatch.Example.org"));

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:1", "127.0.0.1:7788", "[::1]:7788", "[::1]", "gradwatch.example.org"})
    void host_ofThisServer_isAllowed(String host) {
        assertThat(loopback.allows(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "localhost.evil.example",
                "evil.example:7788",
                "10.0.0.1",
                "[::2]",
                "[::1",
                "localhost@evil"
            })
    void host_ofAnother_isNot(String host) {
        assertThat(loopback.allows(host)).isFalse();
        assertThat(loopback.allows(null)).isFalse();
    }

    @Test
    void serverOnAllAddresses_isCalledByAnyNumberButNotByAnyName() {
        AllowedHosts all = AllowedHosts.of(new InetSocketAddress("0.0.0.0", 7788), List.of());
        assertThat(all.allows("10.0.0.1:7788")).isTrue();
        assertThat(all.allows("[2001:db8::1]:7788")).isTrue();
        assertThat(all.allows("evil.example")).isFalse();
        assertThat(all.allows("1.2.3.4.evil.example")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:7788, localhost:7788, true",
        "https://gw.example, gw.example, true",
        "http://localhost:3000, localhost:7788, false",
        "http://evil.example, localhost:7788, false",
        "null, localhost:7788, false",
        "file://localhost:7788, localhost:7788, false",
    })
    void origin_isComparedWithTheHost(String origin, String host, boolean same) {
        assertThat(AllowedHosts.sameOrigin(origin, host)).isEqualTo(same);
    }
}
