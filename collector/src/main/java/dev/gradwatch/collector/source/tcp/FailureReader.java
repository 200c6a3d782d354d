package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.wire.Limits;
import java.io.IOException;

/** Reads a Failure's JSON. */
final class FailureReader {
    private FailureReader() {}

    static RankFailure read(JsonReader json) throws IOException {
        String type = null;
        String message = "";
        String traceback = "";
        String where = null;
        Integer model = null;
        Long backward = null;
        json.object("Failure");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "type" -> type = json.name(member);
                case "message" -> message = json.text(member, Limits.MAX_TEXT_BYTES);
                case "traceback" -> traceback = json.text(member, Limits.MAX_TEXT_BYTES);
                case "where" -> where = json.name(member);
                case "model" -> model = json.model();
                case "backward" -> backward = json.count(member);
                default -> json.skip();
            }
        }
        return new RankFailure(
                json.required("type", type), message, traceback, json.required("where", where), model, backward);
    }
}
