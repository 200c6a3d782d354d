package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.source.log.SignatureFile;
import dev.gradwatch.collector.source.log.Signatures;
import dev.gradwatch.collector.source.log.follow.FollowOptions;
import dev.gradwatch.collector.source.log.follow.LogFollower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is to be read of what jobs print, and by which signatures. */
final class LogOptions {
    @Option(
            names = "--logs",
            paramLabel = "GLOB",
            split = ConfiguredDefaults.SEPARATOR,
            splitSynopsisLabel = "",
            description =
                    "Follow these files too, such as 'logs/**/stderr.log', a file or a folder; may be given more than once.")
    List<String> globs = List.of();

    @Option(
            names = "--signatures",
            paramLabel = "FILE.json",
            description = "Signatures of your own, beside those that are built in.")
    @Nullable
    Path signatures;

    /**
     * Loads the signatures while other things start. A file of the user's own is loaded at once, so that its mistakes are told before the job runs.
     *
     * @throws IOException in one line, where the user's file cannot be used
     */
    Supplier<Signatures> load() throws IOException {
        if (signatures != null) {
            Signatures loaded = SignatureFile.load(signatures);
            return () -> loaded;
        }
        return CompletableFuture.supplyAsync(LogOptions::bundled)::join;
    }

    /**
     * Begins to follow what {@code --logs} names; null where it names nothing.
     *
     * @param positions where how far files were read is kept; null where it is not
     * @throws IOException in one line, where a glob is none
     */
    @Nullable
    LogFollower follow(JobLogs texts, @Nullable Path positions) throws IOException {
        if (globs.isEmpty()) {
            return null;
        }
        try {
            LogFollower follower = new LogFollower(globs, texts, positions, FollowOptions.DEFAULTS);
            follower.start();
            return follower;
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Signatures bundled() {
        try {
            return SignatureFile.bundled();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
