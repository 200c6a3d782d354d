package dev.gradwatch.collector.source.log;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a text comes from, and what its place tells.
 *
 * @param source as people know it: a file's name, or {@code stdout}
 * @param attempt torchrun's restart count; 0 where the place does not tell
 * @param rank that all of it is of, unless a line says otherwise; null where the place does not tell
 */
public record Origin(String source, int attempt, @Nullable Integer rank) {
    /** Torchrun's {@code --log-dir}: {@code {run id}_{8 characters}/attempt_{n}/{local rank}/{stdout,stderr}.log}. */
    private static final Pattern TORCHRUN = Pattern.compile(
            "(?:^|[/\\\\])[^/\\\\]+_[a-z0-9_]{8}[/\\\\]attempt_(\\d{1,6})[/\\\\](\\d{1,6})[/\\\\](?:stdout|stderr)\\.log$");

    /** The place says nothing. */
    public static Origin of(String source) {
        return new Origin(source, 0, null);
    }

    /**
     * A file. In torchrun's tree the folder is the local rank, which is the rank where there is one node; a line's own word goes before it.
     */
    public static Origin ofFile(String path) {
        Matcher matcher = TORCHRUN.matcher(path);
        return matcher.find()
                ? new Origin(path, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                : of(path);
    }
}
