package dev.gradwatch.collector.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PackedTest {
    @Test
    void bytes_comeBackAndTakeOneMoreAtMost() {
        for (int length : new int[] {0, 1, 127, 128, 129, 1_000, 100_000}) {
            for (byte[] bytes : new byte[][] {Rows.noise(length, length), new byte[length]}) {
                byte[] packed = Packed.pack(bytes);
                assertThat(packed.length).isLessThanOrEqualTo(length + 1);
                assertThat(Packed.unpack(packed)).isEqualTo(bytes);
            }
        }
        assertThat(Packed.pack(new byte[100_000]).length).isLessThan(1_000);
    }

    @Test
    void damagedBytes_areRefused() {
        byte[] packed = Packed.pack(new byte[1_000]);
        for (int end = 0; end < packed.length; end++) {
            byte[] cut = Arrays.copyOf(packed, end);
            assertThatThrownBy(() -> Packed.unpack(cut)).isInstanceOf(UncheckedIOException.class);
        }
        assertThatThrownBy(() -> Packed.unpack(new byte[] {7})).hasMessageContaining("kind 7 (expected: 0 or 1)");
    }
}
