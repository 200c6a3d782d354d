package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * How DingTalk and WeCom answer: with a 200 whose {@code errcode} is 0 where the message was taken.
 *
 * @param limited codes that say that too much was sent
 * @param waitMillis how long such a server does not listen
 * @param busy codes of a server that is not well now
 */
record Errcode(Set<Integer> limited, long waitMillis, Set<Integer> busy) {
    Errcode {
        limited = Set.copyOf(limited);
        busy = Set.copyOf(busy);
    }

    Outcome read(Answer answer) {
        JsonNode json = answer.json();
        JsonNode code = json.path("errcode");
        if (!answer.ok()) {
            return answer.failure(json.path("errmsg").asText(""));
        }
        if (!code.isInt()) {
            return Outcome.later(0, "an answer without an errcode");
        }
        String reason = "errcode " + code.asInt() + ": " + json.path("errmsg").asText("");
        if (code.asInt() == 0) {
            return Outcome.delivered("");
        }
        if (limited.contains(code.asInt())) {
            return Outcome.limited(waitMillis, reason);
        }
        return busy.contains(code.asInt()) ? Outcome.later(0, reason) : Outcome.refused(reason);
    }
}
