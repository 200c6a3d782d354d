package dev.gradwatch.collector.analysis.report;

import dev.gradwatch.collector.analysis.ledger.Timeline;
import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.analysis.state.Launch;
import dev.gradwatch.collector.analysis.state.RankModel;
import dev.gradwatch.collector.analysis.state.RankState;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.LedgerSnapshot.Counts;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.model.PassUsage.Column;
import dev.gradwatch.collector.model.PassUsage.Folded;
import dev.gradwatch.collector.model.PassUsage.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Each parameter of one model in columns of backward passes, from the ledgers of its ranks. */
public final class PassTable {
    private PassTable() {}

    /** Empty where no such rank wrapped such a model. */
    public static Optional<PassUsage> of(@Nullable Launch launch, PassUsage.Asked asked) {
        List<RankModel> ranks = ranks(launch, asked);
        if (ranks.isEmpty()) {
            return Optional.empty();
        }
        long first = Long.MAX_VALUE;
        long last = -1;
        for (RankModel rank : ranks) {
            first = Math.min(first, firstOf(rank.used()));
            last = Math.max(last, lastOf(rank.used()));
        }
        first = Math.max(first, asked.from());
        last = Math.min(last, asked.to());
        if (first > last) {
            return Optional.of(table(asked, ranks, new PassColumns(0, -1, 1)));
        }
        return Optional.of(table(asked, ranks, new PassColumns(first, last, asked.columns())));
    }

    private static List<RankModel> ranks(@Nullable Launch launch, PassUsage.Asked asked) {
        List<RankModel> models = new ArrayList<>();
        if (launch == null) {
            return models;
        }
        for (Map.Entry<Integer, RankState> rank : launch.ranks().entrySet()) {
            RankModel model = rank.getValue().models().get(asked.model());
            if (model != null && (asked.rank() == null || asked.rank().equals(rank.getKey()))) {
                models.add(model);
            }
        }
        // Ranks with another number of parameters have no place in the same table.
        models.removeIf(model -> model.manifest().parameters().size()
                != models.get(0).manifest().parameters().size());
        return models;
    }

    private static PassUsage table(PassUsage.Asked asked, List<RankModel> ranks, PassColumns columns) {
        Manifest manifest = ranks.get(0).manifest();
        int count = columns.count();
        int words = Words.count(manifest.parameters().size());
        long[][][] planes = new long[count][PassMarks.WORST.size()][words];
        long[] watched = new long[count];
        Folded folded = null;
        for (RankModel rank : ranks) {
            PassMarks its = new PassMarks(rank, columns);
            for (int c = 0; c < count; c++) {
                watched[c] = watched[c] < 0 || its.watched(c) < 0 ? -1 : Math.max(watched[c], its.watched(c));
                its.addTo(planes[c], c);
            }
            folded = wider(folded, rank.used().counts(), columns);
        }
        List<Column> all = new ArrayList<>(count);
        for (int c = 0; c < count; c++) {
            all.add(new Column(columns.first(c), columns.last(c), watched[c]));
        }
        return new PassUsage(
                asked.rank(),
                asked.model(),
                count == 0 ? -1 : columns.first(0),
                count == 0 ? -1 : columns.last(count - 1),
                folded,
                all,
                rows(manifest, planes));
    }

    /** Most parameters have the marks of another, so those are kept once. */
    private static List<Row> rows(Manifest manifest, long[][][] planes) {
        Map<List<Mark>, List<Mark>> known = new HashMap<>();
        List<Row> rows = new ArrayList<>(manifest.parameters().size());
        for (int p = 0; p < manifest.parameters().size(); p++) {
            Mark[] marks = new Mark[planes.length];
            for (int c = 0; c < planes.length; c++) {
                marks[c] = worst(planes[c], p);
            }
            rows.add(new Row(
                    p, manifest.parameters().get(p).name(), known.computeIfAbsent(List.of(marks), same -> same)));
        }
        return rows;
    }

    /** What one rank knows outdoes what another does not. */
    private static Mark worst(long[][] planes, int parameter) {
        for (int m = 0; m < planes.length; m++) {
            if (Words.get(planes[m], parameter)) {
                return PassMarks.WORST.get(m);
            }
        }
        return Mark.UNKNOWN;
    }

    private static @Nullable Folded wider(@Nullable Folded known, @Nullable Counts counts, PassColumns columns) {
        if (counts == null || counts.passes() == 0 || !columns.meets(counts.first(), counts.last())) {
            return known;
        }
        return known == null
                ? new Folded(counts.first(), counts.last(), counts.passes())
                : new Folded(
                        Math.min(known.first(), counts.first()),
                        Math.max(known.last(), counts.last()),
                        Math.max(known.passes(), counts.passes()));
    }

    private static long firstOf(Timeline timeline) {
        Counts counts = timeline.counts();
        if (counts != null && counts.passes() > 0) {
            return counts.first();
        }
        return timeline.runs() == 0 ? Long.MAX_VALUE : timeline.first(0);
    }

    private static long lastOf(Timeline timeline) {
        if (timeline.runs() > 0) {
            return timeline.last(timeline.runs() - 1);
        }
        Counts counts = timeline.counts();
        return counts == null || counts.passes() == 0 ? -1 : counts.last();
    }
}
