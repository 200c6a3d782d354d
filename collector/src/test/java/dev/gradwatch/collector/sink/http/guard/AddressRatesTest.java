package dev.gradwatch.collector.sink.http.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AddressRatesTest {
    private final AtomicLong nanos = new AtomicLong();
    private final AddressRates rates = new AddressRates(1, 2, 3, nanos::get);

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    @Test
    void addresses_haveTheirOwnBuckets() throws UnknownHostException {
        assertThat(rates.allows(address("10.0.0.1"))).isTrue();
        assertThat(rates.allows(address("10.0.0.1"))).isTrue();
        assertThat(rates.allows(address("10.0.0.1"))).isFalse();
        assertThat(rates.allows(address("10.0.0.2"))).isTrue();
        nanos.addAndGet(1_000_000_000);
        assertThat(rates.allows(address("10.0.0.1"))).isTrue();
        assertThat(rates.allows(address("10.0.0.1"))).isFalse();
    }

    @Test
    void addresses_ofOneNetwork_shareABucket() throws UnknownHostException {
        assertThat(rates.allows(address("2001:db8::1"))).isTrue();
        assertThat(rates.allows(address("2001:db8::2"))).isTrue();
        assertThat(rates.allows(address("2001:db8::3"))).isFalse();
        assertThat(rates.allows(address("2001:db8:0:1::1"))).isTrue();
    }

    @Test
    void addresses_areBounded() throws UnknownHostException {
        for (int i = 0; i < 100; i++) {
            rates.allows(address("10.0.1." + i));
        }
        assertThat(rates.addresses()).isEqualTo(3);
    }

    @Test
    void bucket_isNeverFullerThanItsBurst() throws UnknownHostException {
        rates.allows(address("10.0.0.1"));
        nanos.addAndGet(3_600_000_000_000L);
        assertThat(rates.allows(address("10.0.0.1"))).isTrue();
        assertThat(rates.allows(address("10.0.0.1"))).isTrue();
        assertThat(rates.allows(address("10.0.0.1"))).isFalse();
    }
}
