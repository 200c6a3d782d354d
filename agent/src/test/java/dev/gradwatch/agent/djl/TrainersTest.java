package dev.gradwatch.agent.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.agent.report.FakeCollector;
import dev.gradwatch.agent.report.Settings;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.StepReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainers on several devices and on engines that this machine has not; the real DJL on one device is trained by the collector's DjlJobsIT. */
class TrainersTest {
    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private FakeCollector collector;
    private Trainers trainers;
    private StandInDjl djl;
    private Object first;
    private Object second;
    private Object body;
    private Object head;
    private Object trainer;
    private Object store;

    @BeforeEach
    void start() throws Exception {
        collector = new FakeCollector();
        Settings settings = Settings.of(
                null, Map.of("GRADWATCH_COLLECTOR", "127.0.0.1:" + collector.port, "GRADWATCH_JOB", "seg")::get);
        trainers = new Trainers(settings, said::add);
    }

    @AfterEach
    void stop() throws Exception {
        trainers.stop("exit");
        collector.close();
    }

    private void train(String engine) throws Exception {
        djl = new StandInDjl(folder, source -> source);
        first = djl.make("Device", "gpu", 0);
        second = djl.make("Device", "gpu", 1);
        body = djl.parameter("1", 4);
        head = djl.parameter("2", 4);
        Object root = djl.make("nn.Block");
        StandInDjl.call(root, "with", "01body", StandInDjl.call(djl.make("nn.Block"), "with", "weight", body));
        StandInDjl.call(root, "with", "02head", StandInDjl.call(djl.make("nn.Block"), "with", "weight", head));
        trainer = djl.make(
                "training.Trainer",
                djl.make("Model", root),
                djl.make("pytorch.engine.PtEngine", engine),
                djl.devices(first, second));
        store = StandInDjl.call(trainer, "store");
        trainers.add(trainer, store);
    }

    @Test
    void devices_areRanksOfOneJob_andEachTellsWhatItUsed() throws Exception {
        train("PyTorch");
        int open = djl.open();

        trainers.opened();
        assertThat(trainers.isCollecting()).isTrue();
        for (Object device : List.of(first, second)) {
            trainers.fetched(store, body, device);
            djl.gradient(store, body, device, 3, 4, 0, 0);
        }
        trainers.fetched(store, head, first);
        djl.gradient(store, head, first, 0, 0, 0, 0);
        int made = djl.open();
        trainers.step(trainer, store);

        assertThat(djl.open()).as("nothing that was made to look is left open").isEqualTo(made);
        assertThat(made).isGreaterThan(open);
        assertThat(trainers.isCollecting()).isFalse();
        trainers.stop("exit");
        assertThat(collector.sees(() -> collector.all(FrameKind.GOODBYE).size() == 2))
                .isTrue();
        for (FakeCollector.Connection connection : collector.connections) {
            JsonNode hello = connection.of(FrameKind.HELLO).get(0).json();
            int rank = hello.get("rank").asInt();
            assertThat(hello.get("world_size").asInt()).isEqualTo(2);
            assertThat(hello.get("job").asText()).isEqualTo("seg");
            assertThat(hello.get("device").asText()).isEqualTo("cuda:" + rank);
            JsonNode manifest = connection.of(FrameKind.MANIFEST).get(0).json();
            assertThat(manifest.get("wrapper").asText()).isEqualTo("Trainer");
            assertThat(manifest.get("parameters"))
                    .extracting(one -> one.get("name").asText())
                    .containsExactly("01body_weight", "02head_weight");
            assertThat(connection.of(FrameKind.PROBE).get(0).json().get("ran"))
                    .as("modules that ran on rank %d", rank)
                    .hasSize(rank == 0 ? 3 : 2);
            StepReader step = connection.of(FrameKind.STEP).get(0).step();
            assertThat(used(step, 0)).isTrue();
            assertThat(used(step, 1)).isEqualTo(rank == 0);
            assertThat(step.norms()[0]).isEqualTo(5);
            assertThat(step.norms()[1]).as("zero on rank 0, none on rank 1").isEqualTo(rank == 0 ? 0 : -1);
        }
        assertThat(said).isEmpty();
    }

    @Test
    void collectorOpenedTwiceBeforeAStep_isOnePass() throws Exception {
        train("PyTorch");

        trainers.opened();
        trainers.fetched(store, body, first);
        trainers.opened();
        trainers.fetched(store, head, first);
        djl.gradient(store, body, first, 1, 0, 0, 0);
        djl.gradient(store, head, first, 1, 0, 0, 0);
        trainers.step(trainer, store);
        trainers.opened();
        trainers.fetched(store, body, first);
        trainers.step(trainer, store);
        trainers.stop("exit");

        assertThat(collector.sees(() -> collector.all(FrameKind.STEP).size() == 4))
                .isTrue();
        List<StepReader> steps = new ArrayList<>();
        for (FakeCollector.Connection connection : collector.connections) {
            if (connection.of(FrameKind.HELLO).get(0).json().get("rank").asInt() == 0) {
                connection.of(FrameKind.STEP).forEach(frame -> steps.add(frame.step()));
            }
        }
        assertThat(steps).hasSize(2);
        assertThat(used(steps.get(0), 1)).isTrue();
        assertThat(used(steps.get(1), 1))
                .as("its gradient is left from the pass before")
                .isFalse();
    }

    @Test
    void normThatVanishesInItsSquare_isNotZero_andAHalfsDoesNotOverflow() throws Exception {
        train("PyTorch");
        Gradients gradients = new Gradients(djl.type("Device").getClassLoader());
        Object float32 = djl.type("ndarray.types.DataType").getEnumConstants()[0];
        Object float16 = djl.type("ndarray.types.DataType").getEnumConstants()[1];

        assertThat(gradients.norm(array(float32, 1e-30f, 0))).isEqualTo(Float.MIN_VALUE);
        assertThat(gradients.norm(array(float32, 0, 0))).isZero();
        assertThat(gradients.norm(array(float32))).as("no elements").isZero();
        assertThat(gradients.norm(array(float16, 60_000, 60_000))).isBetween(84_000f, 85_000f);
        assertThat(gradients.norm(array(float32, Float.NaN, 1))).isNaN();
    }

    private static boolean used(StepReader step, int parameter) {
        return (step.used()[0] >> parameter & 1) != 0;
    }

    private Object array(Object type, float... gradient) throws ReflectiveOperationException {
        Object array = djl.make("pytorch.engine.PtNDArray", new float[gradient.length], type);
        array.getClass().getField("gradient").set(array, gradient);
        return array;
    }

    @Test
    void anotherEngine_isNotWatched_andSaidOnce() throws Exception {
        train("MXNet");

        trainers.opened();
        assertThat(trainers.isCollecting()).isFalse();
        trainers.step(trainer, store);
        trainers.step(trainer, store);

        assertThat(said).containsExactly("not watched: a trainer of engine MXNet (expected: PyTorch)");
        assertThat(collector.connections).isEmpty();
    }

    @Test
    void storeThatIsNotAsItWas_isNamed() throws Exception {
        djl = new StandInDjl(folder, source -> source.replace("parameterMap", "parametersById"));
        Object device = djl.make("Device", "cpu", 0);
        trainer = djl.make(
                "training.Trainer",
                djl.make("Model", djl.make("nn.Block")),
                djl.make("pytorch.engine.PtEngine", "PyTorch"),
                djl.devices(device));

        assertThatThrownBy(() -> trainers.add(trainer, StandInDjl.call(trainer, "store")))
                .isInstanceOf(ReflectiveOperationException.class)
                .hasMessageContaining("DJL is not as it was from 0.28 to 0.35")
                .hasMessageContaining("parameterMap");
    }

    @Test
    void failureInTheFirstForward_stillSaysWhatWasTrained() throws Exception {
        train("PyTorch");

        trainers.opened();
        IllegalStateException failure = new IllegalStateException("shape");
        trainers.failed(trainer, failure, "forward");
        trainers.failed(trainer, failure, "uncaught");

        assertThat(collector.sees(() -> collector.all(FrameKind.FAILURE).size() == 2))
                .isTrue();
        assertThat(collector.all(FrameKind.MANIFEST)).hasSize(2);
        assertThat(collector.all(FrameKind.FAILURE).get(0).json().get("where").asText())
                .isEqualTo("forward");
    }

    @Test
    void trainerThatWasClosed_isWatchedNoMore() throws Exception {
        train("PyTorch");

        trainers.opened();
        trainers.closed(trainer);

        assertThat(trainers.isCollecting()).isFalse();
    }
}
