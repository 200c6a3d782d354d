package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.wire.Ledger;

/** A ledger as a frame, for tests that speak as reporters do. */
public final class LedgerFrames {
    private LedgerFrames() {}

    public static Ledger of(LedgerSnapshot snapshot) {
        return RankFrames.ledger(snapshot);
    }
}
