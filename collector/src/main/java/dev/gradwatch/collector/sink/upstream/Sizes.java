package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Observation.TrainableChanged;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** About how many bytes an observation holds; the same for the same one at any time. */
final class Sizes {
    private static final long SMALL = 256;
    private static final long VALUE = 24;
    private static final long PARAMETER = 256;

    private Sizes() {}

    static long of(Observation observation) {
        if (observation instanceof StepReported step) {
            float[] norms = step.step().norms();
            return SMALL + 8L * step.step().used().length + (norms == null ? 0 : 4L * norms.length);
        } else if (observation instanceof ModelDescribed described) {
            return SMALL
                    + PARAMETER
                            * (described.manifest().parameters().size()
                                    + described.manifest().modules().size());
        } else if (observation instanceof LedgerReplaced replaced) {
            return of(replaced.ledger());
        } else if (observation instanceof ModelProbed probed) {
            return SMALL + probed.probe().ran().size() / 2;
        } else if (observation instanceof TrainableChanged changed) {
            return SMALL
                    + VALUE
                            * (changed.change().frozen().size()
                                    + changed.change().unfrozen().size());
        } else if (observation instanceof RankFailed failed) {
            return SMALL
                    + failed.failure().message().length()
                    + failed.failure().traceback().length();
        } else if (observation instanceof MessageSeen seen) {
            return SMALL
                    + 2L * seen.message().text().length()
                    + of(seen.message().fields());
        }
        return SMALL;
    }

    private static long of(LedgerSnapshot ledger) {
        float[] norms = ledger.lastNorms();
        return SMALL
                + of(ledger.used())
                + of(ledger.health())
                + (norms == null ? 0 : 8L * norms.length)
                + VALUE
                        * (ledger.totals().size()
                                + ledger.checksums().size()
                                + ledger.changes().size());
    }

    private static long of(LedgerSnapshot.Patterns patterns) {
        long bytes = 2L * VALUE * patterns.runs().size();
        for (long[] pattern : patterns.patterns()) {
            bytes += 8L * pattern.length;
        }
        return bytes;
    }

    private static long of(@Nullable Object field) {
        long bytes = VALUE;
        if (field instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                bytes += VALUE + of(entry.getValue());
            }
        } else if (field instanceof Collection<?> list) {
            for (Object value : list) {
                bytes += of(value);
            }
        } else if (field instanceof String text) {
            bytes += 2L * text.length();
        }
        return bytes;
    }
}
