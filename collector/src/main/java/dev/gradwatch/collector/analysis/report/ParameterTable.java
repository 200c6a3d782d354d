package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.detect.JobView;
import dev.gradwatch.collector.analysis.detect.ModelView;
import dev.gradwatch.collector.analysis.detect.RankFacts;
import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.ParameterUsage;
import dev.gradwatch.collector.model.ParameterUsage.Cell;
import dev.gradwatch.collector.model.PassFlags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Each parameter of each model on each rank. */
public final class ParameterTable {
    private ParameterTable() {}

    /** In the models' order; a rank without the model, or with another number of parameters, has an unknown mark. */
    public static List<ParameterUsage> of(JobView job) {
        List<Integer> ranks = new ArrayList<>(job.ranks().keySet());
        List<ParameterUsage> rows = new ArrayList<>();
        for (ModelView model : job.models()) {
            addRows(model, ranks, rows);
        }
        return rows;
    }

    private static void addRows(ModelView model, List<Integer> ranks, List<ParameterUsage> rows) {
        Manifest manifest = model.manifest();
        UsageMarks marks = new UsageMarks(model, ranks);
        Map<Integer, Passes> passes = new TreeMap<>();
        for (RankFacts rank : model.ranks()) {
            passes.put(rank.rank(), new Passes(rank));
        }
        for (int p = 0; p < manifest.parameters().size(); p++) {
            Manifest.Parameter parameter = manifest.parameters().get(p);
            List<Mark> its = marks.of(p);
            List<Cell> cells = new ArrayList<>(ranks.size());
            for (int r = 0; r < ranks.size(); r++) {
                Passes of = passes.get(ranks.get(r));
                cells.add(
                        of == null
                                ? new Cell(ranks.get(r), its.get(r), 0, 0, -1, -1, -1)
                                : of.cell(ranks.get(r), its.get(r), p));
            }
            rows.add(new ParameterUsage(
                    model.id(),
                    p,
                    parameter.name(),
                    parameter.aliases(),
                    parameter.shape(),
                    parameter.dtype(),
                    parameter.trainable(),
                    cells));
        }
    }

    /** How often one rank used each parameter, and when last. */
    private static final class Passes {
        private final long[] used;
        private final long[] lastUsed;
        private final float @Nullable [] lastNorms;
        private final float @Nullable [] maxNorms;
        private long watched;

        Passes(RankFacts rank) {
            int parameters = rank.model().manifest().parameters().size();
            used = new long[parameters];
            lastUsed = new long[parameters];
            Arrays.fill(lastUsed, -1);
            lastNorms = rank.model().ledger().lastNorms();
            maxNorms = rank.model().ledger().maxNorms();
            Timeline timeline = rank.model().used();
            addFolded(timeline.counts());
            // By pattern, because patterns are fewer than runs, and each takes a look at every parameter.
            long[] passes = new long[timeline.patterns()];
            long[] last = new long[timeline.patterns()];
            Arrays.fill(last, -1);
            for (int run = 0; run < timeline.runs(); run++) {
                boolean partial = (timeline.flags(run) & PassFlags.PARTIAL) != 0;
                long count = partial ? 0 : timeline.last(run) - timeline.first(run) + 1;
                watched += count;
                passes[timeline.patternOf(run)] += count;
                last[timeline.patternOf(run)] = timeline.last(run);
            }
            for (int pattern = 0; pattern < passes.length; pattern++) {
                addPattern(timeline.pattern(pattern), passes[pattern], last[pattern]);
            }
        }

        private void addFolded(@Nullable Counts counts) {
            if (counts == null) {
                return;
            }
            watched += counts.passes() - counts.partial();
            for (int p = 0; p < used.length; p++) {
                used[p] += counts.by().get(0)[p];
                lastUsed[p] = counts.by().get(1)[p];
            }
        }

        private void addPattern(long[] pattern, long passes, long last) {
            for (int p = 0; p < used.length; p++) {
                if (Words.get(pattern, p)) {
                    used[p] += passes;
                    lastUsed[p] = Math.max(lastUsed[p], last);
                }
            }
        }

        Cell cell(int rank, Mark mark, int p) {
            return new Cell(
                    rank,
                    mark,
                    used[p],
                    watched,
                    lastUsed[p],
                    lastNorms == null ? -1 : lastNorms[p],
                    maxNorms == null ? -1 : maxNorms[p]);
        }
    }
}
