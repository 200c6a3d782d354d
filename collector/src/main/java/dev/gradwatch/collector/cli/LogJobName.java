package dev.gradwatch.collector.cli;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which job a log is of, by where it lies: a known job that a folder or the file is named after, so that reporters' and log's facts come together;
 * else torchrun's run; else the file's own name.
 */
final class LogJobName implements Function<Path, String> {
    /** Torchrun's {@code {run id}_{8 characters}}; the run id is {@code none} unless the user names one. */
    private static final Pattern RUN = Pattern.compile("(.+)_[a-z0-9_]{8}");

    private static final Pattern ATTEMPT = Pattern.compile("attempt_\\d+");

    /** Names that say nothing of the job. */
    private static final Set<String> STREAMS =
            Set.of("stdout", "stderr", "out", "err", "log", "train", "output", "nohup");

    private final Supplier<Collection<String>> known;

    /** @param known ids of jobs that reporters spoke for */
    LogJobName(Supplier<Collection<String>> known) {
        this.known = known;
    }

    @Override
    public String apply(Path file) {
        Collection<String> ids = known.get();
        String stem = stem(file);
        for (Path part = file; part != null && part.getFileName() != null; part = part.getParent()) {
            String name = part.equals(file) ? stem : part.getFileName().toString();
            if (ids.contains(name)) {
                return name;
            }
        }
        Path attempt = file.getParent() == null ? null : file.getParent().getParent();
        if (attempt != null
                && attempt.getFileName() != null
                && attempt.getParent() != null
                && attempt.getParent().getFileName() != null
                && ATTEMPT.matcher(attempt.getFileName().toString()).matches()) {
            return ofRun(attempt.getParent().getFileName().toString());
        }
        Path folder = file.toAbsolutePath().getParent();
        return STREAMS.contains(stem) && folder != null && folder.getFileName() != null
                ? folder.getFileName().toString()
                : stem;
    }

    private static String ofRun(String folder) {
        Matcher matcher = RUN.matcher(folder);
        return matcher.matches() && !matcher.group(1).equals("none") ? matcher.group(1) : folder;
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.indexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
