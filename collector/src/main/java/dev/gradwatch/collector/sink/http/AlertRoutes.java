package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.words.Phrases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Alerts, and what people do about them. */
final class AlertRoutes {
    private static final int MAX_NAME = 200;
    private static final int MAX_WORDS = 2_000;
    private static final Set<String> SCOPES = Set.of("job", "cause", "modules");

    private final Directory directory;
    private final InstantSource clock;

    AlertRoutes(Directory directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/api/alerts", this::list),
                Endpoint.get("/api/alerts/{id}", this::alert),
                Endpoint.post("/api/alerts/{id}/ack", this::acknowledge),
                Endpoint.post("/api/alerts/{id}/mute", this::muteAlert),
                Endpoint.get("/api/mutes", this::mutes),
                Endpoint.post("/api/mutes", this::mute));
    }

    private Answer list(Call call) {
        Query query = call.query();
        Phrases phrases = call.phrases();
        Set<AlertState> states = query.anyOf("state", AlertState::of, "open, acknowledged, muted, resolved");
        List<Alert> alerts = directory.alerts(
                states.isEmpty() ? Set.of(AlertState.values()) : states, query.textOrNull("job"), query.limit());
        ObjectNode body = Json.object();
        body.set("alerts", Json.array(alerts, alert -> AlertJson.alert(alert, phrases)));
        return Answer.ok(body);
    }

    private Answer alert(Call call) {
        Phrases phrases = call.phrases();
        ObjectNode body = AlertJson.alert(known(call, directory.alert(call.path("id"))), phrases);
        body.set("history", Json.array(directory.history(call.path("id")), step -> AlertJson.step(step, phrases)));
        return Answer.ok(body);
    }

    private Answer acknowledge(Call call) {
        Fields body = call.body();
        body.only("by", "note");
        String by = body.text("by", MAX_NAME);
        String note = body.text("note", MAX_WORDS);
        Phrases phrases = call.phrases();
        return Answer.ok(AlertJson.alert(known(call, directory.acknowledge(call.path("id"), by, note)), phrases));
    }

    private Answer muteAlert(Call call) {
        Fields body = call.body();
        body.only("for", "scope", "by", "reason");
        Duration time = time(body);
        List<String> named = body.words("scope", SCOPES);
        Set<String> scope = named == null ? SCOPES : Set.copyOf(named);
        Alert alert = known(call, directory.alert(call.path("id")));
        return muted(
                scope.contains("job") ? alert.job() : null,
                scope.contains("cause") ? alert.finding().cause().id() : null,
                scope.contains("modules") ? modules(alert.finding()) : null,
                time,
                body);
    }

    private Answer mute(Call call) {
        Fields body = call.body();
        body.only("job", "cause", "modules", "for", "by", "reason");
        Duration time = time(body);
        String cause = body.textOrNull("cause", MAX_NAME);
        if (cause != null
                && Arrays.stream(Cause.values()).noneMatch(known -> known.id().equals(cause))) {
            throw Problem.invalid("cause", cause, "a cause such as " + Cause.OUTPUT_NOT_IN_LOSS.id());
        }
        return muted(body.textOrNull("job", MAX_WORDS), cause, body.textOrNull("modules", MAX_WORDS), time, body);
    }

    private Answer muted(
            @Nullable String job, @Nullable String cause, @Nullable String modules, Duration time, Fields body) {
        if (job == null && cause == null && modules == null) {
            throw Problem.invalid("mute", "everything", "at least one of job, cause and modules");
        }
        Instant now = clock.instant();
        Mute mute = directory.mute(new Mute(
                "",
                job,
                cause,
                modules,
                Json.micros(now),
                Json.micros(now.plus(time)),
                body.text("by", MAX_NAME),
                body.text("reason", MAX_WORDS)));
        return Answer.created(AlertJson.mute(mute));
    }

    private Answer mutes(Call call) {
        ObjectNode body = Json.object();
        body.set("mutes", Json.array(directory.mutes(), AlertJson::mute));
        return Answer.ok(body);
    }

    /** One of them is enough, since a mute fits a finding that has one which fits; null where the finding has none. */
    private static @Nullable String modules(Finding finding) {
        if (!finding.modules().isEmpty()) {
            return finding.modules().get(0);
        }
        return finding.parameters().isEmpty() ? null : finding.parameters().get(0);
    }

    private static Duration time(Fields body) {
        return MuteTime.parse(body.text("for", MAX_NAME));
    }

    private static Alert known(Call call, Optional<Alert> found) {
        return found.orElseThrow(() -> Problem.notFound("alert", call.path("id")));
    }
}
