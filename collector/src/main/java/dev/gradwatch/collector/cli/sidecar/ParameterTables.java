package dev.gradwatch.collector.cli.sidecar;

import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.pipeline.Examination;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.ParameterPage;
import dev.gradwatch.collector.sink.http.Directory.ParameterQuery;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tables of parameters by rank, for who pages through them. One of a thousand parameters on 64 ranks takes some megabytes and milliseconds to make,
 * so the latest {@link #KEPT} are kept until their job is looked at again. Thread-safe; one is made at a time.
 */
final class ParameterTables {
    private static final int KEPT = 4;
    private static final long STORED = -1;

    private final Jobs jobs;
    private final StoredJobs stored;
    private final Map<String, Table> tables = new Latest<>(KEPT);

    /** @param of the examination's number; {@link #STORED} where the job is no longer in memory */
    private record Table(long of, List<ParameterUsage> rows) {}

    ParameterTables(Jobs jobs, StoredJobs stored) {
        this.jobs = jobs;
        this.stored = stored;
    }

    Optional<ParameterPage> page(String job, ParameterQuery query) {
        List<ParameterUsage> rows = rows(job);
        if (rows == null) {
            return Optional.empty();
        }
        String text = query.text().toLowerCase(Locale.ROOT);
        List<ParameterUsage> fitting =
                rows.stream().filter(row -> fits(row, query, text)).toList();
        List<Integer> ranks = rows.isEmpty()
                ? List.of()
                : rows.get(0).cells().stream().map(ParameterUsage.Cell::rank).toList();
        int from = Math.min(fitting.size(), query.offset());
        int to = (int) Math.min(fitting.size(), (long) from + query.limit());
        return Optional.of(new ParameterPage(ranks, fitting.subList(from, to), fitting.size()));
    }

    /** Made anew each time: the columns are as the asker wants them, and a table takes less time than its text. */
    Optional<PassUsage> passes(String job, PassUsage.Asked asked) {
        return jobs.examined(job).isPresent()
                ? jobs.passes(job, asked)
                : stored.state(job).flatMap(state -> state.passes(asked));
    }

    private static boolean fits(ParameterUsage row, ParameterQuery query, String text) {
        return (query.model() == null || query.model() == row.model())
                && (text.isEmpty()
                        || row.name().toLowerCase(Locale.ROOT).contains(text)
                        || row.aliases().stream()
                                .anyMatch(
                                        alias -> alias.toLowerCase(Locale.ROOT).contains(text)))
                && (query.marks().isEmpty()
                        || row.cells().stream()
                                .anyMatch(cell ->
                                        query.marks().contains(cell.mark().id())));
    }

    private synchronized @Nullable List<ParameterUsage> rows(String job) {
        long now = jobs.examined(job).map(Examination::number).orElse(STORED);
        Table known = tables.get(job);
        if (known != null && known.of() == now) {
            return known.rows();
        }
        List<ParameterUsage> rows = now != STORED
                ? jobs.parameters(job).orElse(null)
                : stored.state(job).map(state -> state.parameters()).orElse(null);
        if (rows != null) {
            tables.put(job, new Table(now, rows));
        }
        return rows;
    }
}
