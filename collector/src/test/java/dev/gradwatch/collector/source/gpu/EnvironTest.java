package dev.gradwatch.collector.source.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EnvironTest {
    @Test
    void rankAndJob_areFoundAnywhere() {
        assertThat(environ("RANK=0\0A=1\0GRADWATCH_JOB=a b")).isEqualTo(new Environ(0, "a b"));
        assertThat(environ("GRADWATCH_JOB=x\0LOCAL_RANK=9\0RANK=12\0")).isEqualTo(new Environ(12, "x"));
    }

    @Test
    void rankThatIsNone_isNull() {
        assertThat(environ("RANK=-1\0GRADWATCH_JOB=\0")).isEqualTo(Environ.UNKNOWN);
        assertThat(environ("RANK=one\0")).isEqualTo(Environ.UNKNOWN);
        assertThat(environ("")).isEqualTo(Environ.UNKNOWN);
    }

    @Test
    void jobThatIsLong_isCut() {
        assertThat(environ("GRADWATCH_JOB=" + "j".repeat(5000)).job()).hasSize(256);
    }

    private static Environ environ(String text) {
        return Environ.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
