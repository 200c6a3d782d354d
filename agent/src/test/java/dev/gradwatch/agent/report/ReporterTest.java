package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.agent.report.FakeCollector.Connection;
import dev.gradwatch.agent.report.FakeCollector.Frame;
import dev.gradwatch.wire.Ask;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.Probe;
import dev.gradwatch.wire.Refused;
import dev.gradwatch.wire.StepFlags;
import dev.gradwatch.wire.StepReader;
import dev.gradwatch.wire.Welcome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What arrives at a collector that answers, dies, refuses, is slow, or was never there. */
@Timeout(120)
class ReporterTest {
    private static final long FINISH_MILLIS = 5_000;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void everything_arrivesToTheGoodbye() throws Exception {
        FakeCollector collector = collector();
        TestJob job = job(collector.port);
        job.train(20);
        job.model.changed(7, new int[] {1}, new int[0]);
        job.model.end();
        job.reporter.finish("exit", FINISH_MILLIS);
        Connection connection = only(collector);
        assertThat(collector.sees(connection::isClosed)).isTrue();
        assertThat(connection.frames.get(0).json())
                .hasToString("{\"job\":\"test\",\"rank\":0,\"world_size\":1,\"pid\":42,\"token\":\"s3cret\"}");
        assertThat(connection.frames.get(1).kind).isEqualTo(FrameKind.MANIFEST);
        List<StepReader> steps = steps(connection);
        assertThat(steps).hasSize(20);
        StepReader step = steps.get(19);
        assertThat(List.of(step.backward(), step.step(), step.watched())).containsExactly(19L, 19L, 20L);
        assertThat(step.used()).containsExactly(0b101);
        assertThat(step.loss()).isEqualTo(0.5);
        assertThat(step.norms()).isNull();
        assertThat(steps.get(15).norms()).containsExactly(1, 1, 1);
        assertThat(step.flags()).isEqualTo(TestJob.FLAGS | StepFlags.LOSS);
        assertThat(connection.of(FrameKind.CHANGE).get(0).json())
                .hasToString("{\"model\":0,\"backward\":7,\"frozen\":[1],\"unfrozen\":[]}");
        JsonNode goodbye = connection.of(FrameKind.GOODBYE).get(0).json();
        assertThat(goodbye.get("reason").asText()).isEqualTo("exit");
        assertThat(goodbye.at("/models/0/backward").asInt()).isEqualTo(20);
        assertThat(goodbye.at("/models/0/watched").asInt()).isEqualTo(20);
        assertThat(goodbye.at("/models/0/flags").asInt()).isEqualTo(TestJob.FLAGS);
        assertThat(goodbye.at("/cost/watch_nanos").asLong()).isPositive();
        assertThat(job.said).isEmpty();
        assertThat(job.reporter.isOff()).isTrue();
    }

    @Test
    void collectorThatDies_getsTheLedgerWhenItIsBack() throws Exception {
        FakeCollector first = collector();
        TestJob job = job(first.port);
        probe(job, 0);
        job.train(20);
        assertThat(first.sees(() -> first.all(FrameKind.STEP).size() == 20)).isTrue();
        first.close();
        job.train(20);
        job.reporter.failed(TestJob.failure("while it was gone"));
        FakeCollector second = collector(first.port, FakeCollector.WELCOME);
        assertThat(second.sees(() -> !second.all(FrameKind.LEDGER).isEmpty())).isTrue();
        job.train(5);
        job.reporter.finish("exit", FINISH_MILLIS);
        Connection connection = only(second);
        assertThat(second.sees(connection::isClosed)).isTrue();
        assertThat(connection.frames.subList(0, 2).stream().map(Frame::toString))
                .containsExactly("Hello", "Manifest");
        JsonNode ledger = connection.of(FrameKind.LEDGER).get(0).json();
        long watched = ledger.get("watched").asLong();
        assertThat(watched).isEqualTo(Frames.passes(ledger.get("used"))).isGreaterThanOrEqualTo(20);
        assertThat(steps(connection).stream().map(StepReader::watched).filter(number -> number > watched))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(watched + 1, 45).boxed().collect(Collectors.toList()));
        assertThat(connection.of(FrameKind.PROBE)).hasSize(1);
        assertThat(connection.of(FrameKind.FAILURE)).hasSize(1);
        assertThat(goodbye(connection).at("/models/0/watched").asInt()).isEqualTo(45);
        assertThat(job.said).isEmpty();
    }

    @Test
    void collectorThatIsBackOnlyAtTheEnd_getsEverything() throws Exception {
        FakeCollector first = collector();
        TestJob job = job(first.port);
        job.train(3);
        assertThat(first.sees(() -> first.all(FrameKind.STEP).size() == 3)).isTrue();
        first.close();
        job.train(7);
        FakeCollector second = collector(first.port, FakeCollector.WELCOME);
        job.reporter.finish("exit", FINISH_MILLIS);
        assertThat(second.sees(() -> !second.all(FrameKind.GOODBYE).isEmpty())).isTrue();
        Connection connection = second.connections.get(second.connections.size() - 1);
        assertThat(connection.of(FrameKind.LEDGER).get(0).json().get("watched").asInt())
                .isEqualTo(10);
        assertThat(goodbye(connection).at("/models/0/watched").asInt()).isEqualTo(10);
    }

    @Test
    void collectorThatWasNeverThere_isSaidOnceAndHoldsNothingUp() throws Exception {
        int port = FakeCollector.freePort();
        TestJob job = job(port);
        job.train(10_000);
        long began = System.nanoTime();
        job.reporter.failed(TestJob.failure("alone"));
        job.reporter.finish("exit", FINISH_MILLIS);
        assertThat(System.nanoTime() - began).isLessThan(2_000_000_000L);
        assertThat(job.said.size()).isLessThanOrEqualTo(1);
        assertThat(job.model.backward()).isEqualTo(10_000);
    }

    @Test
    void refusal_isSaidOnceAndEndsIt() throws Exception {
        String reason = "token: wrong\n(expected: the collector's)";
        FakeCollector collector =
                collector(0, new FrameBuffer().add(new Refused(reason)).toByteArray());
        TestJob job = job(collector.port);
        job.train(1);
        assertThat(collector.sees(() ->
                        !collector.connections.isEmpty() && only(collector).isClosed()))
                .isTrue();
        assertThat(job.reporter.isOff()).isTrue();
        assertThat(job.model.watches()).isFalse();
        job.train(30);
        job.reporter.failed(TestJob.failure("after it"));
        job.reporter.finish("exit", FINISH_MILLIS);
        assertThat(job.said).containsExactly("refused by the collector: token: wrong (expected: the collector's)");
        assertThat(collector.connections).hasSize(1);
        assertThat(job.model.backward()).isEqualTo(31);
    }

    @Test
    void slowReader_leadsToALedgerAndNotToMemory() throws Exception {
        FakeCollector collector = collector();
        collector.reads(false);
        int parameters = 40_000;
        TestJob job = new TestJob(collector.port, "job=test,budget=off", parameters);
        assertThat(collector.sees(() -> !collector.all(FrameKind.HELLO).isEmpty()))
                .isTrue();
        float[] norms = new float[parameters];
        int passes = 200;
        for (int i = 0; i < passes; i++) {
            // 165 kB each: far more than the queue and the kernel's buffers hold.
            job.model.watched(TestJob.FLAGS, i, new long[parameters / 64], norms, Double.NaN, 0);
        }
        collector.reads(true);
        assertThat(collector.sees(() -> !collector.all(FrameKind.LEDGER).isEmpty()))
                .isTrue();
        job.reporter.finish("exit", FINISH_MILLIS);
        Connection connection = only(collector);
        assertThat(collector.sees(connection::isClosed)).isTrue();
        assertThat(connection.of(FrameKind.STEP).size()).isLessThan(passes);
        JsonNode ledger = connection.of(FrameKind.LEDGER).get(0).json();
        assertThat(ledger.get("watched").asInt()).isEqualTo(passes);
        assertThat(Frames.passes(ledger.get("used"))).isEqualTo(passes);
        assertThat(Frames.passes(ledger.get("health"))).isEqualTo(passes);
        assertThat(goodbye(connection).at("/models/0/watched").asInt()).isEqualTo(passes);
    }

    @Test
    void finish_isBoundedWhenNobodyReads() throws Exception {
        FakeCollector collector = collector();
        collector.reads(false);
        TestJob job = new TestJob(collector.port, "job=test,budget=off", 40_000);
        assertThat(collector.sees(() -> !collector.all(FrameKind.HELLO).isEmpty()))
                .isTrue();
        for (int i = 0; i < 200; i++) {
            job.model.watched(TestJob.FLAGS, i, new long[625], new float[40_000], Double.NaN, 0);
        }
        long began = System.nanoTime();
        job.reporter.failed(TestJob.failure("stuck"));
        job.reporter.finish("exit", 300);
        job.reporter.finish("exit", 300);
        assertThat(System.nanoTime() - began).isLessThan(2_000_000_000L);
        collector.reads(true);
        assertThat(collector.sees(() -> only(collector).isClosed())).isTrue();
        assertThat(job.said).isEmpty();
    }

    @Test
    void finish_isBoundedWhenNobodyAccepts() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TestJob job = new TestJob(full.getLocalPort(), "job=test,tls-ca=system", 3);
            job.train(3);
            long began = System.nanoTime();
            job.reporter.failed(TestJob.failure("no handshake"));
            job.reporter.finish("exit", 300);
            assertThat(System.nanoTime() - began).isLessThan(2_000_000_000L);
            assertThat(job.said).isEmpty();
        }
    }

    @Test
    void failure_isSentAtOnce() throws Exception {
        FakeCollector collector = collector();
        TestJob job = job(collector.port);
        job.train(2);
        job.reporter.failed(TestJob.failure("in forward"));
        assertThat(collector.sees(() -> !collector.all(FrameKind.FAILURE).isEmpty()))
                .isTrue();
        JsonNode failure = collector.all(FrameKind.FAILURE).get(0).json();
        assertThat(failure.get("message").asText()).isEqualTo("in forward");
        assertThat(only(collector).of(FrameKind.STEP)).hasSize(2);
        job.reporter.finish("exit", FINISH_MILLIS);
    }

    @Test
    void ask_probesTheNextWholePass() throws Exception {
        FakeCollector collector = collector();
        TestJob job = job(collector.port);
        List<Long> probed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            if (job.model.wantsProbe()) {
                probed.add(job.model.backward());
                probe(job, i);
            }
            job.train(1);
        }
        assertThat(probed).containsExactly(0L, 1L, 2L);
        assertThat(collector.sees(() -> collector.all(FrameKind.STEP).size() == 5))
                .isTrue();
        assertThat(job.model.wantsProbe()).isFalse();
        only(collector).send(new FrameBuffer().add(new Ask(7)).add(new Ask(0)).toByteArray());
        while (!job.model.wantsProbe()) {
            job.train(1);
        }
        long asked = job.model.backward();
        probe(job, asked);
        job.train(1);
        assertThat(job.model.wantsProbe()).isFalse();
        job.reporter.finish("exit", FINISH_MILLIS);
        assertThat(collector.sees(() -> only(collector).isClosed())).isTrue();
        assertThat(collector.all(FrameKind.PROBE)).hasSize(4);
        assertThat(collector.all(FrameKind.PROBE).get(3).json().get("backward").asLong())
                .isEqualTo(asked);
    }

    @Test
    void collectorThatWantsNoNorms_getsNone() throws Exception {
        FakeCollector collector = collector(
                0, new FrameBuffer().add(new Welcome(1, "test", false)).toByteArray());
        TestJob job = job(collector.port);
        // Every second there is Progress, and the Welcome was sent before the second one.
        assertThat(collector.sees(() -> collector.all(FrameKind.PROGRESS).size() > 1))
                .isTrue();
        assertThat(job.model.watches()).isTrue();
        assertThat(job.model.wantsNorms()).isFalse();
        job.reporter.finish("exit", FINISH_MILLIS);
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameKind.WELCOME, FrameKind.ASK, 0x7F, FrameKind.STEP})
    void garbage_doesNoHarm(int kind) throws Exception {
        byte[] garbage = {(byte) 0xFF, '{', 'n', 'o', 't'};
        FakeCollector collector = collector(0, Frames.frame(kind, garbage));
        TestJob job = job(collector.port);
        job.train(5);
        job.reporter.finish("exit", FINISH_MILLIS);
        assertThat(collector.sees(() -> !collector.all(FrameKind.GOODBYE).isEmpty()))
                .isTrue();
        assertThat(collector.all(FrameKind.STEP)).hasSize(5);
        assertThat(job.said).isEmpty();
    }

    @Test
    void frameThatNoCollectorSends_endsTheConnectionAndNotTheReporting() throws Exception {
        FakeCollector collector = collector();
        TestJob job = job(collector.port);
        job.train(5);
        assertThat(collector.sees(() -> collector.all(FrameKind.STEP).size() == 5))
                .isTrue();
        only(collector).send(new byte[] {-1, -1, -1, 0x7F, 0x41});
        assertThat(collector.sees(() -> !collector.all(FrameKind.LEDGER).isEmpty()))
                .isTrue();
        assertThat(collector.connections).hasSize(2);
        job.reporter.finish("exit", FINISH_MILLIS);
        assertThat(job.said).isEmpty();
    }

    @Test
    void collectorThatEndsConnectionsUnheard_isNotHurried() throws Exception {
        try (FakeCollector collector = collector(0, new byte[] {0, 0, 0, 0, 0})) {
            TestJob job = job(collector.port);
            assertThat(collector.sees(() -> !job.said.isEmpty())).isTrue();
            assertThat(job.said.get(0))
                    .isEqualTo(
                            "collector 127.0.0.1:" + collector.port
                                    + ": no answer (expected: a running gradwatch collect); what is seen is kept and sent when it answers");
            job.reporter.finish("exit", FINISH_MILLIS);
            assertThat(collector.connections.size()).isLessThan(10);
            assertThat(job.said).hasSize(1);
        }
    }

    @Test
    void windows_areThoseOfTheSchedule() throws Exception {
        FakeCollector collector = collector();
        TestJob job = new TestJob(collector.port, "job=fixed,budget=100%", 3);
        job.train(400);
        job.reporter.finish("exit", FINISH_MILLIS);
        Connection connection = only(collector);
        assertThat(collector.sees(connection::isClosed)).isTrue();
        Schedule schedule = new Schedule("fixed", 1);
        List<Long> windows =
                LongStream.range(0, 400).filter(schedule::watches).boxed().collect(Collectors.toList());
        List<Long> watched =
                steps(connection).stream().map(StepReader::backward).collect(Collectors.toList());
        // A level is chosen after the first window, by what a step of nothing costs.
        assertThat(watched).startsWith(windows.subList(0, 66).toArray(new Long[0]));
        assertThat(windows).containsAll(watched);
        assertThat(goodbye(connection).at("/models/0/backward").asInt()).isEqualTo(400);
    }

    @Test
    void mistakeOfTheCaller_turnsTheReporterOffAndThrowsNothing() throws Exception {
        FakeCollector collector = collector();
        TestJob job = job(collector.port);
        job.model.watched(TestJob.FLAGS, 0, new long[5], null, Double.NaN, 0);
        job.model.watched(TestJob.FLAGS, 1, new long[1], null, Double.NaN, 0);
        assertThat(job.reporter.isOff()).isTrue();
        assertThat(job.said)
                .containsExactly(
                        "stopped watching: java.lang.IllegalArgumentException: words of used: 5 (expected: 1-1)"
                                + " (the job goes on)");
        job.reporter.finish("exit", FINISH_MILLIS);
        TestJob large = job(collector.port);
        large.reporter.model(new dev.gradwatch.wire.Manifest(1, "Net", "Trainer", 0), 1, Limits.MAX_PARAMETERS + 1);
        assertThat(large.said)
                .containsExactly("stopped watching: java.lang.IllegalArgumentException: parameters: 262145"
                        + " (expected: 0-262144) (the job goes on)");
        large.reporter.finish("exit", FINISH_MILLIS);
    }

    @Test
    void helloThatFails_isSaidOnce() throws Exception {
        FakeCollector collector = collector();
        List<String> said = new java.util.concurrent.CopyOnWriteArrayList<>();
        Settings settings = Settings.of("job=j,collector=127.0.0.1:" + collector.port, Map.<String, String>of()::get);
        Reporter reporter = new Reporter(
                settings,
                () -> {
                    throw new IllegalStateException("no device");
                },
                said::add);
        reporter.start();
        assertThat(collector.sees(() ->
                        !collector.connections.isEmpty() && only(collector).isClosed()))
                .isTrue();
        reporter.finish("exit", FINISH_MILLIS);
        assertThat(said)
                .containsExactly("stopped watching: java.lang.IllegalStateException: no device (the job goes on)");
    }

    @Test
    void finishWithoutStart_doesNothing() {
        Settings settings = Settings.of("job=j", Map.<String, String>of()::get);
        Reporter reporter = new Reporter(settings, () -> new dev.gradwatch.wire.Hello("j", 0, 1, 1), line -> {});
        reporter.finish("exit", FINISH_MILLIS);
        reporter.start();
        assertThat(reporter.isOff()).isTrue();
    }

    @Test
    void threads_areDaemonsThatHoldNoClassLoader() throws Exception {
        FakeCollector collector = collector();
        TestJob job = job(collector.port);
        assertThat(collector.sees(() -> !collector.all(FrameKind.PROGRESS).isEmpty()))
                .isTrue();
        List<Thread> ours = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("gradwatch-"))
                .collect(Collectors.toList());
        assertThat(ours).isNotEmpty().allMatch(Thread::isDaemon);
        assertThat(ours).allMatch(thread -> thread.getContextClassLoader() == null);
        job.reporter.finish("exit", FINISH_MILLIS);
    }

    private static void probe(TestJob job, long backward) {
        job.model.probe(new Probe(0, backward, new int[] {0}, null, new int[] {0}, new int[0], false, 0, false));
    }

    private static List<StepReader> steps(Connection connection) {
        return connection.of(FrameKind.STEP).stream().map(Frame::step).collect(Collectors.toList());
    }

    private static JsonNode goodbye(Connection connection) {
        return connection.of(FrameKind.GOODBYE).get(0).json();
    }

    private static Connection only(FakeCollector collector) {
        assertThat(collector.connections).hasSize(1);
        return collector.connections.get(0);
    }

    private static TestJob job(int port) {
        return new TestJob(port);
    }

    private FakeCollector collector() throws Exception {
        return collector(0, FakeCollector.WELCOME);
    }

    private FakeCollector collector(int port, byte[] answer) throws Exception {
        FakeCollector collector = new FakeCollector(port, answer, null);
        open.add(collector);
        return collector;
    }
}
