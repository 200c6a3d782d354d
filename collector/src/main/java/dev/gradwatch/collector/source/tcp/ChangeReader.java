package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.TrainableChange;
import dev.gradwatch.wire.Limits;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a Change's JSON, which also stands in a ledger. */
final class ChangeReader {
    private ChangeReader() {}

    /** @param model absent within a ledger */
    record Change(@Nullable Integer model, TrainableChange change) {}

    static Change read(JsonReader json) throws IOException {
        Integer model = null;
        Long backward = null;
        List<Integer> frozen = List.of();
        List<Integer> unfrozen = List.of();
        json.object("Change");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "model" -> model = json.model();
                case "backward" -> backward = json.count(member);
                case "frozen" -> frozen = json.indices(member, Limits.MAX_PARAMETERS);
                case "unfrozen" -> unfrozen = json.indices(member, Limits.MAX_PARAMETERS);
                default -> json.skip();
            }
        }
        return new Change(model, new TrainableChange(json.required("backward", backward), frozen, unfrozen));
    }
}
