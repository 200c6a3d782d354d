package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.source.recording.RecordingReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SidecarTest {
    private static final InetSocketAddress FREE_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void recording_replaysToTheSameReport() throws Exception {
        Path file = folder.resolve("run.jsonl.gz");
        JobReport lived;
        try (Sidecar sidecar = Sidecar.start(new SidecarOptions(FREE_PORT, "secret", file))) {
            sidecar.accept(new JobStarted("job", Sidecar.nowMicros(), "train.py", List.of("train.py")));
            for (int rank = 0; rank < 2; rank++) {
                try (WireReporter reporter = new WireReporter(sidecar.address())) {
                    reporter.hello("job", rank, 2, "secret").answer();
                    reporter.manifest().steps(60).goodbye();
                }
            }
            assertThat(sidecar.jobs().awaitRanksGone("job", PATIENCE)).isTrue();
            sidecar.accept(new JobEnded("job", Sidecar.nowMicros(), 0));
            lived = sidecar.jobs().report("job").orElseThrow();
        }
        assertThat(lived.findings()).isNotEmpty();
        assertThat(lived.ranks()).hasSize(2).allMatch(rank -> rank.watchedSteps() == 60);

        try (RecordingReader reader = RecordingReader.open(file, line -> {
            throw new AssertionError(line);
        })) {
            Playback playback = new Playback();
            playback.feed(reader);
            assertThat(playback.jobs().report("job")).contains(lived);
        }
    }

    @Test
    void takenPort_closesTheRecordingAndSaysSo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
            assertThatThrownBy(() -> Sidecar.start(new SidecarOptions(address, null, folder.resolve("run.jsonl"))))
                    .hasMessage("listen: " + address.getHostString() + ":" + taken.getLocalPort()
                            + " is in use (expected: a free port, see --listen)");
        }
    }

    @Test
    void close_mayBeCalledTwice() throws Exception {
        Sidecar sidecar = Sidecar.start(new SidecarOptions(FREE_PORT, null, null));
        assertThat(sidecar.address().getPort()).isPositive();
        sidecar.close();
        sidecar.close();
    }
}
