package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.store.Store.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where jobs and alerts are kept, and for how long. */
final class StoreOptions {
    @Option(
            names = "--store",
            paramLabel = "URL",
            description =
                    "Where jobs and alerts are kept: jdbc:sqlite:FILE, jdbc:postgresql://…. Without it: a file under ~/.local/state/gradwatch.")
    @Nullable
    String store;

    @Option(
            names = "--keep-days",
            paramLabel = "DAYS",
            defaultValue = "90",
            description = "How long a job is kept after its end (${DEFAULT-VALUE}).")
    int keepDays;

    @Option(
            names = "--keep-bytes",
            paramLabel = "SIZE",
            defaultValue = "10G",
            description =
                    "How large the store may become before the jobs that ended first go, such as 500M or 10G (${DEFAULT-VALUE}).")
    String keepBytes = "10G";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    /** Whether it was said where. */
    boolean isAsked() {
        return store != null && !store.isBlank();
    }

    /** @param file where nothing was said: its name in the state folder, which is made where it is missing */
    String url(String file) throws IOException {
        if (store != null && !store.isBlank()) {
            return store.strip();
        }
        Path folder = StateFolder.of(System.getenv());
        CacheFolder.create(folder);
        return "jdbc:sqlite:" + folder.resolve(file);
    }

    Retention retention() {
        if (keepDays < 1) {
            throw new ParameterException(spec.commandLine(), "keep-days: " + keepDays + " (expected: at least 1)");
        }
        return new Retention(TimeUnit.DAYS.toMicros(keepDays), bytes(keepBytes));
    }

    private long bytes(String size) {
        Long bytes = ByteSize.parse(size);
        if (bytes == null) {
            throw new ParameterException(
                    spec.commandLine(), "keep-bytes: " + size + " (expected: such as 500M or 10G; 0 for no bound)");
        }
        return bytes;
    }
}
