package dev.gradwatch.collector.source.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WrongTokensTest {
    private Instant now = Instant.EPOCH;
    private final WrongTokens tokens = new WrongTokens(() -> now);

    @Test
    void address_isShutOutForTheRestOfTheWindow() throws Exception {
        for (int i = 1; i < WrongTokens.MOST; i++) {
            tokens.count(address("10.0.0.1"));
        }
        assertThat(tokens.shutOut(address("10.0.0.1"))).isFalse();
        now = now.plusSeconds(59);
        tokens.count(address("10.0.0.1"));

        assertThat(tokens.shutOut(address("10.0.0.1"))).isTrue();
        assertThat(tokens.shutOut(address("10.0.0.2"))).isFalse();
        now = now.plusSeconds(1);
        assertThat(tokens.shutOut(address("10.0.0.1"))).isFalse();
        tokens.count(address("10.0.0.1"));
        assertThat(tokens.shutOut(address("10.0.0.1"))).isFalse();
    }

    @Test
    void ipv6_countsByItsFirstHalf() throws Exception {
        for (int i = 0; i < WrongTokens.MOST; i++) {
            tokens.count(address("2001:db8::" + Integer.toHexString(i)));
        }

        assertThat(tokens.shutOut(address("2001:db8::ffff"))).isTrue();
        assertThat(tokens.shutOut(address("2001:db8:0:1::1"))).isFalse();
    }

    @Test
    void addresses_areForgottenPastTheirMaximum() throws Exception {
        for (int i = 0; i < WrongTokens.MOST; i++) {
            tokens.count(address("10.9.9.9"));
        }
        for (int i = 0; i < WrongTokens.MAX_ADDRESSES; i++) {
            tokens.count(address("10.1." + i / 256 + "." + i % 256));
        }

        assertThat(tokens.addresses()).isEqualTo(WrongTokens.MAX_ADDRESSES);
        assertThat(tokens.shutOut(address("10.9.9.9"))).isFalse();
    }

    private static InetSocketAddress address(String text) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(text), 1);
    }
}
