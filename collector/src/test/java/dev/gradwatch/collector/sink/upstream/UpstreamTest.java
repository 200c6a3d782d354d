package dev.gradwatch.collector.sink.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LaunchesRemembered;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.ObservationSink;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.collector.model.WatchCost;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.source.recording.RecordingReader;
import dev.gradwatch.collector.source.tcp.TcpSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes that tell a real source on a real port; the report there is held against that of one collector that saw all itself. */
class UpstreamTest {
    private static final Timings QUICK = new Timings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofMillis(50),
            Duration.ofSeconds(30),
            Duration.ofMillis(100));
    private static final Manifest MODEL = new Manifest(
            0,
            "Net",
            "DistributedDataParallel",
            2,
            2,
            List.of(new Manifest.Module("", "Net")),
            List.of(
                    new Manifest.Parameter("a", List.of(4), "float32", true, true, 0, List.of()),
                    new Manifest.Parameter("b", List.of(4), "float32", true, true, 0, List.of())),
            new Manifest.DdpSettings(true, false, true, false, 25, false),
            List.of());

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private Jobs upper = new Jobs();

    static Stream<Path> runs() throws Exception {
        Path folder = Path.of(UpstreamTest.class.getResource("/golden-runs").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList().stream();
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void job_isReportedAsWhereItWasSeen(Path run) throws Exception {
        Jobs here = node("one", listening(upper));
        List<Observation> all = observations(run);
        all.forEach(here::accept);

        assertThereAsHere(all.get(0).job(), here);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void job_onTwoNodesIsReportedAsOnOne(Path run) throws Exception {
        InetSocketAddress address = listening(upper);
        Jobs one = node("one", address);
        Jobs two = node("two", address);
        Jobs single = new Jobs();
        List<Observation> all = observations(run);
        for (Observation observation : all) {
            single.accept(observation);
            if (Ranks.of(observation) != Ranks.NONE) {
                (Ranks.of(observation) == 0 ? one : two).accept(observation);
            }
        }

        assertThereAsHere(all.get(0).job(), single);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void upperCollector_startedAgainInTheMiddleKnowsAll(Path run) throws Exception {
        TcpSource before = source(0, upper);
        InetSocketAddress address = before.start();
        Jobs here = node("one", address);
        List<Observation> all = new ArrayList<>(observations(run));
        // One that ended before is known there by what was stored.
        int middle = Math.min(all.size() / 2, firstEnd(all));
        all.subList(0, middle).forEach(here::accept);
        await().until(() -> upper.report(all.get(0).job()).isPresent());
        before.close();
        upper = new Jobs();
        all.subList(middle, firstEnd(all)).forEach(here::accept);
        await().ignoreExceptions().until(() -> source(address.getPort(), upper).start() != null);
        assertThereAsHere(all.get(0).job(), here);
        all.subList(firstEnd(all), all.size()).forEach(here::accept);

        assertThereAsHere(all.get(0).job(), here);
    }

    private static int firstEnd(List<Observation> all) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof RankLeft || all.get(i) instanceof JobEnded) {
                return i;
            }
        }
        return all.size();
    }

    @Test
    void slowCollector_costsBoundedMemoryAndNothingOfTheLedger() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Upstream[] upstream = new Upstream[1];
        Jobs here = node("one", listening(blocked(goOn)), upstream, QUICK);
        join(here, 0, 100);
        long most = 0;
        for (int i = 0; i < 60_000; i++) {
            here.accept(step(0, i, i % 3 == 0 ? 1 : 3));
            most = Math.max(most, upstream[0].queuedBytes());
        }
        assertThat(most).isLessThanOrEqualTo(Outbox.MAX_WAITING_BYTES);
        goOn.countDown();
        progress(here, 0, 60_000);

        assertThereAsHere("job", here);
        assertThat(upper.report("job").orElseThrow().ranks().get(0).watchedSteps())
                .isEqualTo(60_000);
    }

    private ObservationSink blocked(CountDownLatch goOn) {
        return observation -> {
            try {
                if (observation instanceof StepReported) {
                    goOn.await();
                }
                upper.accept(observation);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    @Test
    void queue_thatOverflowedIsMadeGoodByTheLedger() throws Exception {
        Set<String> kinds = new HashSet<>();
        CountDownLatch goOn = new CountDownLatch(1);
        ObservationSink blocked = blocked(goOn);
        Jobs here = node("one", listening(observation -> {
            kinds.add(observation.getClass().getSimpleName());
            blocked.accept(observation);
        }));
        join(here, 0, 100);
        for (int i = 0; i < 60_000; i++) {
            here.accept(step(0, i, 3));
        }
        goOn.countDown();

        assertThereAsHere("job", here);
        assertThat(kinds).contains("LedgerReplaced");
    }

    @Test
    void token_thatIsWrongIsSaidOnceAndTriedAgain() throws Exception {
        TcpSource source = new TcpSource(loopback(0), "right", upper);
        opened.add(source);
        int port = source.start().getPort();
        Jobs here = node("one", loopback(port));
        join(here, 0, 100);
        join(here, 1, 101);

        await().until(() -> source.counts().refused() >= 6);
        assertThat(said)
                .containsExactly("collector: 127.0.0.1:" + port + " refused: token: wrong (expected: the collector's)");
        assertThat(upper.ids()).isEmpty();
    }

    @Test
    void collector_thatIsNotThereCostsOneLine() throws Exception {
        InetSocketAddress address;
        try (ServerSocket free = new ServerSocket(0)) {
            address = loopback(free.getLocalPort());
        }
        Jobs here = node("one", address);
        join(here, 0, 100);
        here.accept(step(0, 0, 3));
        // Where another process took the port meanwhile, it is the missing answer that tells.
        await().atMost(Duration.ofSeconds(30)).until(() -> !said.isEmpty());
        here.accept(step(0, 1, 1));
        progress(here, 0, 2);
        await().ignoreExceptions().until(() -> source(address.getPort(), upper).start() != null);

        assertThereAsHere("job", here);
        assertThat(said).hasSize(1);
        assertThat(said.peek()).startsWith("collector: 127.0.0.1:" + address.getPort() + " cannot be reached (");
    }

    @Test
    void rank_inANewLifeTakesTheFormersPlace() throws Exception {
        Jobs here = node("one", listening(upper));
        join(here, 0, 100);
        here.accept(step(0, 0, 3));
        here.accept(new RankLeft("job", 3, 0, false, "connection lost"));
        join(here, 0, 200);
        here.accept(step(0, 0, 1));
        here.accept(step(0, 1, 1));
        progress(here, 0, 2);

        assertThereAsHere("job", here);
        assertThat(upper.report("job").orElseThrow().ranks().get(0).pid()).isEqualTo(200);
    }

    @Test
    void rank_thatLeftIsNotForgottenWhileTheCollectorIsAway() throws Exception {
        TcpSource before = source(0, upper);
        InetSocketAddress address = before.start();
        Jobs here = node("one", address);
        join(here, 0, 100);
        await().until(() -> upper.report("job").isPresent());
        before.close();
        here.accept(step(0, 0, 1));
        progress(here, 0, 1);
        here.accept(new RankLeft("job", 3, 0, true, "exit"));
        upper = new Jobs();
        await().ignoreExceptions().until(() -> source(address.getPort(), upper).start() != null);

        assertThereAsHere("job", here);
        assertThat(upper.report("job").orElseThrow().ranks().get(0).state()).isEqualTo(JobReport.RankState.FINISHED);
    }

    @Test
    void nodes_tellWhatWasPrintedAndHowItEnded() throws Exception {
        InetSocketAddress address = listening(upper);
        Jobs one = node("one", address);
        Jobs two = node("two", address);
        for (Jobs node : List.of(one, two)) {
            node.accept(new JobStarted("job", 5, "train", List.of("torchrun", "train.py")));
            node.accept(new MessageSeen("job", 6, message(41)));
            node.accept(new LogRead("job", 7, "stderr", 44));
        }
        await().until(() -> messages().size() == 2);
        one.accept(new JobEnded("job", 8, 0));
        assertThat(upper.hasEnded("job")).isFalse();
        two.accept(new JobEnded("job", 9, 3));

        await().until(() -> upper.hasEnded("job"));
        assertThat(upper.report("job").orElseThrow().exitCode()).isEqualTo(3);
        assertThat(messages()).containsExactlyInAnyOrder("one:stderr", "two:stderr");
    }

    @Test
    void node_tellsAllAgainToACollectorThatWasStartedAgain() throws Exception {
        TcpSource before = source(0, upper);
        InetSocketAddress address = before.start();
        Jobs here = node("one", address);
        here.accept(new JobStarted("job", 5, "train", List.of("torchrun")));
        here.accept(new MessageSeen("job", 6, message(41)));
        await().until(() -> messages().size() == 1);
        before.close();
        here.accept(new MessageSeen("job", 6, message(50)));
        upper = new Jobs();
        await().ignoreExceptions().until(() -> source(address.getPort(), upper).start() != null);
        await().until(() -> messages().size() == 2);
        here.accept(new JobEnded("job", 9, 0));

        await().until(() -> upper.hasEnded("job"));
        assertThat(upper.report("job").orElseThrow().exitCode()).isZero();
    }

    @Test
    void sample_arrivesAsItWasSeen() throws Exception {
        Queue<Observation> samples = new ConcurrentLinkedQueue<>();
        Jobs here = node("one", listening(gpusInto(samples)));
        join(here, 0, 100);
        join(here, 1, 101);
        here.accept(GpuSamples.of(1, 30));
        await().until(() -> samples.size() == 1);
        here.accept(GpuSamples.of(0, 40));
        await().until(() -> samples.size() == 2);

        assertThat(samples).containsExactly(GpuSamples.of(1, 30), GpuSamples.of(0, 40));
    }

    @Test
    void samples_forASlowCollectorAreTheLatestAloneAndCostNothing() throws Exception {
        Queue<Observation> samples = new ConcurrentLinkedQueue<>();
        CountDownLatch goOn = new CountDownLatch(1);
        ObservationSink blocked = blocked(goOn);
        Upstream[] upstream = new Upstream[1];
        InetSocketAddress address = listening(observation -> {
            if (observation instanceof GpuSampled) {
                samples.add(observation);
            }
            blocked.accept(observation);
        });
        Jobs here = node("one", address, upstream, QUICK);
        join(here, 0, 100);
        for (int i = 0; i < 60_000; i++) {
            here.accept(step(0, i, 3));
        }
        long queued = upstream[0].queuedBytes();
        for (int i = 0; i < 60_000; i++) {
            here.accept(GpuSamples.of(0, i % 100));
        }
        assertThat(upstream[0].queuedBytes()).isLessThanOrEqualTo(queued);
        goOn.countDown();

        await().untilAsserted(() -> assertThat(samples).last().isEqualTo(GpuSamples.of(0, 99)));
        // Those that were on their way when the connection filled, and the one that was kept.
        assertThat(samples.size()).isLessThan(60_000);
        assertThereAsHere("job", here);
    }

    @Test
    void samples_goOnWhereTheCollectorWasStartedAgain() throws Exception {
        TcpSource before = source(0, upper);
        InetSocketAddress address = before.start();
        Jobs here = node("one", address);
        join(here, 0, 100);
        await().until(() -> upper.report("job").isPresent());
        before.close();
        // Of what only a collector remembers, nothing is said.
        here.accept(new LaunchesRemembered("job", 2, List.of("former"), List.of(), 0));
        here.accept(GpuSamples.of(0, 50));
        upper = new Jobs();
        Queue<Observation> samples = new ConcurrentLinkedQueue<>();
        await().ignoreExceptions()
                .until(() -> source(address.getPort(), gpusInto(samples)).start() != null);
        await().until(() -> upper.report("job").isPresent());
        here.accept(GpuSamples.of(0, 60));

        await().untilAsserted(() -> assertThat(samples).last().isEqualTo(GpuSamples.of(0, 60)));
        assertThereAsHere("job", here);
    }

    private ObservationSink gpusInto(Queue<Observation> samples) {
        return observation -> {
            upper.accept(observation);
            if (observation instanceof GpuSampled) {
                samples.add(observation);
            }
        };
    }

    @Test
    void close_saysWhatWaitsFirst() throws Exception {
        Upstream[] upstream = new Upstream[1];
        Jobs here = node("one", listening(upper), upstream, Timings.DEFAULTS);
        here.accept(new JobStarted("job", 5, "train", List.of("torchrun")));
        for (int i = 0; i < 500; i++) {
            here.accept(new MessageSeen("job", 6, message(i)));
        }
        here.accept(new JobEnded("job", 9, 7));
        upstream[0].close(Duration.ofSeconds(10));

        assertThat(upper.hasEnded("job")).isTrue();
        assertThat(messages()).hasSize(500);
        assertThat(upper.report("job").orElseThrow().exitCode()).isEqualTo(7);
    }

    @Test
    void close_doesNotWaitLongForACollectorThatIsNotThere() throws Exception {
        Upstream[] upstream = new Upstream[1];
        Jobs here = node("one", loopback(1), upstream, Timings.DEFAULTS);
        here.accept(new JobStarted("job", 5, "train", List.of("torchrun")));
        here.accept(new JobEnded("job", 9, 7));
        long start = System.nanoTime();
        upstream[0].close(Duration.ofMillis(300));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private List<String> messages() {
        return upper.picture("job").stream()
                .filter(MessageSeen.class::isInstance)
                .map(seen -> ((MessageSeen) seen).message().source())
                .toList();
    }

    private static LogMessage message(long line) {
        return new LogMessage(
                "ddp.unused.default",
                Severity.ERROR,
                "stderr",
                line,
                line,
                0,
                0,
                Map.of("indices", List.of(1)),
                "RuntimeError: Expected",
                new LogMessage.Guide("means", "fix", "trap"));
    }

    private static void join(Jobs here, int rank, long pid) {
        here.accept(new RankJoined(
                "job",
                1,
                rank,
                new RankInfo(
                        "group", 0, 2, rank, "host", pid, "cpu", null, "torch", "2.13", "python", List.of(),
                        Map.of())));
        here.accept(new ModelDescribed("job", 1, rank, MODEL));
    }

    private static StepReported step(int rank, long backward, long used) {
        return new StepReported(
                "job",
                2,
                rank,
                new Step(
                        0,
                        2,
                        2,
                        backward,
                        backward,
                        backward + 1,
                        10,
                        new long[] {used},
                        null,
                        Double.NaN,
                        Double.NaN));
    }

    private static void progress(Jobs here, int rank, long passes) {
        here.accept(new RankProgressed(
                "job", 3, rank, List.of(new ModelProgress(0, passes, passes, passes, 10, 2)), new WatchCost(1, 2, 0)));
    }

    private Jobs node(String name, InetSocketAddress address) throws IOException {
        return node(name, address, new Upstream[1], QUICK);
    }

    private Jobs node(String name, InetSocketAddress address, Upstream[] made, Timings timings) throws IOException {
        UpstreamTarget target = new UpstreamTarget("127.0.0.1", address.getPort(), "wrong", null, name, "host", 1);
        Upstream upstream = new Upstream(target, said::add, timings);
        Jobs here = new Jobs(upstream);
        upstream.start(here::picture);
        opened.add(0, upstream);
        made[0] = upstream;
        return here;
    }

    private InetSocketAddress listening(ObservationSink sink) throws IOException {
        return source(0, sink).start();
    }

    private TcpSource source(int port, ObservationSink sink) {
        TcpSource source = new TcpSource(loopback(port), null, sink);
        opened.add(source);
        return source;
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static List<Observation> observations(Path run) throws IOException {
        List<Observation> observations = new ArrayList<>();
        try (RecordingReader reader = RecordingReader.open(run, complaint -> {})) {
            reader.readAll(observations::add);
        }
        return observations;
    }

    private void assertThereAsHere(String job, Jobs here) {
        JobReport expected = here.report(job).orElseThrow();
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> {
            JobReport there = upper.report(job).orElseThrow();
            assertThat(there.ranks()).usingRecursiveComparison().isEqualTo(expected.ranks());
            assertThat(there.models()).usingRecursiveComparison().isEqualTo(expected.models());
            assertThat(there.findings()).usingRecursiveComparison().isEqualTo(expected.findings());
        });
    }
}
