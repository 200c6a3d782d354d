package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.pipeline.Examination;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.MarkPage;
import dev.gradwatch.collector.sink.http.Directory.ParameterQuery;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Marks of parameters by rank, for maps of whole jobs. The latest {@link #KEPT} are kept until their job is looked at again, and beyond that where they
 * are still the same, so that whoever makes something of them need not make it again. Thread-safe; one is made at a time.
 */
final class MarkTables {
    private static final int KEPT = 4;
    private static final long STORED = -1;

    private final Jobs jobs;
    private final StoredJobs stored;
    private final Map<String, Table> tables = new Latest<>(KEPT);

    /** @param of the examination's number; {@link #STORED} where the job is no longer in memory */
    private record Table(long of, ParameterMarks marks) {}

    MarkTables(Jobs jobs, StoredJobs stored) {
        this.jobs = jobs;
        this.stored = stored;
    }

    Optional<MarkPage> page(String job, ParameterQuery query) {
        ParameterMarks marks = marks(job);
        if (marks == null) {
            return Optional.empty();
        }
        String text = query.text().toLowerCase(Locale.ROOT);
        boolean[] wanted = wanted(marks, query);
        List<ParameterMarks.Row> fitting = marks.rows().stream()
                .filter(row -> (query.model() == null || query.model() == row.model())
                        && wanted[row.pattern()]
                        && (text.isEmpty() || isNamed(row, text)))
                .toList();
        int from = Math.min(fitting.size(), query.offset());
        int to = (int) Math.min(fitting.size(), (long) from + query.limit());
        boolean all = to - from == marks.rows().size();
        return Optional.of(new MarkPage(all ? marks : marks.with(fitting.subList(from, to)), fitting.size()));
    }

    /** By the patterns' numbers. */
    private static boolean[] wanted(ParameterMarks marks, ParameterQuery query) {
        boolean[] wanted = new boolean[marks.patterns().size()];
        for (int pattern = 0; pattern < wanted.length; pattern++) {
            wanted[pattern] = query.marks().isEmpty()
                    || marks.patterns().get(pattern).stream()
                            .anyMatch(mark -> query.marks().contains(mark.id()));
        }
        return wanted;
    }

    private static boolean isNamed(ParameterMarks.Row row, String text) {
        return row.name().toLowerCase(Locale.ROOT).contains(text)
                || row.aliases().stream()
                        .anyMatch(alias -> alias.toLowerCase(Locale.ROOT).contains(text));
    }

    private synchronized @Nullable ParameterMarks marks(String job) {
        long now = jobs.examined(job).map(Examination::number).orElse(STORED);
        Table known = tables.get(job);
        if (known != null && known.of() == now) {
            return known.marks();
        }
        ParameterMarks marks = now != STORED
                ? jobs.marks(job).orElse(null)
                : stored.state(job).map(state -> state.marks()).orElse(null);
        if (marks == null) {
            return null;
        }
        ParameterMarks kept = known != null && known.marks().equals(marks) ? known.marks() : marks;
        tables.put(job, new Table(now, kept));
        return kept;
    }
}
