package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class DemoReplayTest {
    private final DemoReplay replay = new DemoReplay();

    @Test
    void recordings_showWhatTheDemoPromises() throws IOException {
        assertThat(DemoPromise.ofDied(replay.died())).isEmpty();
        assertThat(DemoPromise.ofFixed(replay.fixed())).isEmpty();
    }

    @Test
    void recordings_areOfTheVersionThatIsNamed() throws IOException {
        assertThat(replay.died().framework()).startsWith("torch " + DemoReplay.TORCH + ".");
        assertThat(replay.fixed().framework()).startsWith("torch " + DemoReplay.TORCH + ".");
    }

    @Test
    void runWithoutTheFix_breaksThePromiseOfTheFixedOne() throws IOException {
        assertThat(DemoPromise.ofFixed(replay.died()))
                .containsExactly(
                        "the second run's status is 1 (expected: 0)",
                        "the second run's findings are [output_not_in_loss/decoder.seg_layers.0] of 2 ranks (expected: none of 2)");
        assertThat(DemoPromise.ofDied(replay.fixed())).hasSize(2);
    }
}
