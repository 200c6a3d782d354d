package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Failure;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.StepFlags;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A training job of one rank and one model, which reports to a collector of the test. */
final class TestJob {
    static final int FLAGS = StepFlags.NO_SYNC | StepFlags.FORWARD_RAN;

    final List<String> said = new CopyOnWriteArrayList<>();
    final Reporter reporter;
    final ModelReport model;
    final int parameters;

    TestJob(int port, String options, int parameters) {
        this.parameters = parameters;
        Settings settings = Settings.of(
                "collector=127.0.0.1:" + port + (options.isEmpty() ? "" : "," + options),
                name -> name.equals("GRADWATCH_TOKEN") ? "s3cret" : null);
        reporter = new Reporter(settings, () -> new Hello(settings.job(), 0, 1, 42), said::add);
        Manifest manifest = new Manifest(0, "Net", "Trainer", parameters).module("", "Net");
        for (int i = 0; i < parameters; i++) {
            manifest.parameter("p" + i, new int[] {2}, "float32", true, false, 0, List.of());
        }
        model = reporter.model(manifest, 0, parameters);
        reporter.start();
    }

    TestJob(int port) {
        this(port, "job=test", 3);
    }

    void train(int passes) {
        for (int i = 0; i < passes; i++) {
            long step = model.backward();
            if (model.watches()) {
                long[] used = new long[(parameters + 63) / 64];
                used[0] = 0b101;
                float[] norms = null;
                if (model.wantsNorms()) {
                    norms = new float[parameters];
                    Arrays.fill(norms, 1);
                }
                model.watched(FLAGS, step, used, norms, 0.5, 0);
            } else {
                model.unwatched(step, 0);
            }
        }
    }

    static Failure failure(String message) {
        return new Failure("java.lang.IllegalStateException", message, "at Net.forward", "forward", 0, 1L);
    }
}
