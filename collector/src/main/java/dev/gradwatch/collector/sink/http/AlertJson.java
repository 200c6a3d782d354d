package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.sink.report.FindingJson;
import dev.gradwatch.collector.words.Phrases;

/** Alerts, their lives and mutes as JSON: what the API says, and what is sent to programs that are told of them. */
public final class AlertJson {
    /** The alert, and its finding's fields beside it; {@code finding} is the finding's id, since {@code id} is the alert's. */
    static ObjectNode alert(Alert alert, Phrases phrases) {
        ObjectNode node = Json.object()
                .put("id", alert.id())
                .put("job", alert.job())
                .put("job_name", alert.jobName())
                .put("state", alert.state().id())
                .put("opened", Json.iso(alert.openedMicros()))
                .put("updated", Json.iso(alert.updatedMicros()))
                .put("resolved", Json.iso(alert.resolvedMicros()))
                .put("muted_until", Json.iso(alert.mutedUntilMicros()))
                .put("acknowledged_by", alert.acknowledgedBy())
                .put("note", alert.note())
                .put("times_opened", alert.opened())
                .put("since", alert.since().id())
                .put("finding", alert.finding().id());
        ObjectNode finding = FindingJson.tree(phrases.of(alert.finding()));
        finding.remove("id");
        return node.setAll(finding);
    }

    /** As the event stream tells it. */
    public static ObjectNode event(AlertEvent event, Phrases phrases) {
        ObjectNode node = Json.object().put("kind", event.kind().id()).put("time", Json.iso(event.micros()));
        node.set("alert", alert(event.alert(), phrases));
        return node;
    }

    /** A step of an alert's life with what it showed then; what never changes is left to the alert. */
    static ObjectNode step(AlertEvent event, Phrases phrases) {
        Finding finding = event.alert().finding();
        Evidence evidence = finding.evidence();
        ObjectNode node = Json.object()
                .put("kind", event.kind().id())
                .put("time", Json.iso(event.micros()))
                .put("state", event.alert().state().id())
                .put("severity", finding.severity().id())
                .put("title", phrases.of(finding.title()))
                .put("detail", phrases.of(finding.detail()));
        node.set("ranks", Json.array(finding.ranks(), IntNode::valueOf));
        node.put("parameters", finding.parameters().size());
        node.putObject("evidence")
                .put("steps", evidence.steps())
                .put("first_step", evidence.firstStep())
                .put("last_step", evidence.lastStep())
                .put("confidence", evidence.confidence().id());
        return node.put("acknowledged_by", event.alert().acknowledgedBy())
                .put("note", event.alert().note());
    }

    static ObjectNode mute(Mute mute) {
        return Json.object()
                .put("id", mute.id())
                .put("job", mute.job())
                .put("cause", mute.cause())
                .put("modules", mute.modules())
                .put("since", Json.iso(mute.sinceMicros()))
                .put("until", Json.iso(mute.untilMicros()))
                .put("by", mute.by())
                .put("reason", mute.reason());
    }

    private AlertJson() {}
}
