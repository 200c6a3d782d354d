package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertEvent.Kind;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.SampleReports;
import dev.gradwatch.collector.model.Severity;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Alert events for the tests. */
final class Events {
    /** 2026-01-01T00:00:00Z. */
    static final long START = 1_767_225_600_000_000L;

    /** What a vendor would take for markup, a mention or a tag. */
    static final List<String> HOSTILE = List.of(
            "<!channel>",
            "<!here|x>",
            "<@U123>",
            "@everyone",
            "@all",
            "@channel",
            "<at id=all></at>",
            "<at user_id=\"all\">x</at>",
            "<@all>",
            "<users/all>",
            "[x](http://evil.example)",
            "![x](http://evil.example/x.png)",
            "<http://evil.example|x>",
            "<a href=\"http://evil.example\">x</a>",
            "`code` ```fence```",
            "**bold** _em_ ~~gone~~ ||spoiler||",
            "<font color=\"warning\">x</font>",
            "back\\slash & amp; \"quote\"");

    /** The sample's, with the reasons as the detector gives them. */
    private static final Finding DEAD_HEAD = deadHeadFinding();

    private static Finding deadHeadFinding() {
        Finding sample = SampleReports.deadHeadFinding();
        Advice use = sample.advice().get(0);
        Advice graph = sample.avoid().get(0);
        return new Finding(
                sample.id(),
                sample.cause(),
                sample.severity(),
                sample.model(),
                sample.title(),
                sample.detail(),
                sample.parameters(),
                sample.modules(),
                sample.ranks(),
                sample.evidence(),
                List.of(new Advice(
                        use.action(),
                        "Return only what the loss uses, or give the term of decoder.seg_layers.0 a tiny weight such as 1e-6:"
                                + " then every returned output takes part in the loss.",
                        use.snippet())),
                List.of(new Advice(
                        graph.action(),
                        "Two steps complete and the third forward raises, because the output is returned and gets no gradient.",
                        null)),
                sample.log());
    }

    static AlertEvent deadHead(Kind kind, long micros) {
        return event("00000000000000d1", kind, micros, DEAD_HEAD);
    }

    static AlertEvent event(String id, Kind kind, long micros, Severity severity, String title) {
        Finding sample = SampleReports.deadHeadFinding();
        return event(id, kind, micros, finding(title, severity, sample.parameters(), sample.modules(), sample));
    }

    static AlertEvent event(String id, Kind kind, long micros, Finding finding) {
        return event(id, kind, micros, finding, "train-7f", "PlainConvUNet");
    }

    static AlertEvent event(String id, Kind kind, long micros, Finding finding, String job, String jobName) {
        AlertState state = switch (kind) {
            case RESOLVED -> AlertState.RESOLVED;
            case ACKNOWLEDGED -> AlertState.ACKNOWLEDGED;
            case MUTED -> AlertState.MUTED;
            default -> AlertState.OPEN;
        };
        return new AlertEvent(
                micros,
                kind,
                new Alert(
                        id,
                        job,
                        jobName,
                        state,
                        finding,
                        START,
                        micros,
                        kind == Kind.RESOLVED ? micros : null,
                        null,
                        kind == Kind.ACKNOWLEDGED ? "Ada" : null,
                        "",
                        1,
                        Alert.Since.FIRST_RUN));
    }

    /** The same event of an alert that is muted. */
    static AlertEvent muted(AlertEvent event) {
        Alert a = event.alert();
        return new AlertEvent(
                event.micros(),
                event.kind(),
                new Alert(
                        a.id(),
                        a.job(),
                        a.jobName(),
                        AlertState.MUTED,
                        a.finding(),
                        a.openedMicros(),
                        a.updatedMicros(),
                        null,
                        a.openedMicros() + 1,
                        null,
                        "",
                        1,
                        a.since()));
    }

    /** Every text that a job's owner can choose is a given one. */
    static AlertEvent named(String name) {
        Finding sample = SampleReports.deadHeadFinding();
        Advice fix = new Advice(sample.advice().get(0).action(), name + " is why", "x = \"" + name + "\"");
        Advice not = new Advice(sample.avoid().get(0).action(), name + " is why not", null);
        Finding finding = new Finding(
                sample.id() + name,
                sample.cause(),
                Severity.ERROR,
                0,
                name + " gets no gradient",
                "Seen in " + name,
                List.of(name, "a." + name),
                List.of(name),
                List.of(0, 1),
                sample.evidence(),
                List.of(fix),
                List.of(not),
                List.of());
        return event("00000000000000e1", Kind.OPENED, START, finding, name, name + "-job");
    }

    /** 500 parameters, and names of ten thousand characters. */
    static AlertEvent huge(String letter) {
        String name = letter.repeat(10_000);
        Finding sample = SampleReports.deadHeadFinding();
        Advice fix = new Advice(sample.advice().get(0).action(), name, (name + "\n").repeat(3));
        Finding finding = new Finding(
                sample.id(),
                sample.cause(),
                Severity.CRITICAL,
                0,
                name,
                name,
                Collections.nCopies(500, name),
                Collections.nCopies(60, name),
                IntStream.range(0, 1024).map(i -> 3 * i).boxed().toList(),
                sample.evidence(),
                List.of(fix),
                Collections.nCopies(20, new Advice(sample.avoid().get(0).action(), name, null)),
                List.of());
        return event("00000000000000f1", Kind.OPENED, START, finding, "job", name);
    }

    private static Finding finding(
            String title, Severity severity, List<String> parameters, List<String> modules, Finding sample) {
        return new Finding(
                sample.id(),
                sample.cause(),
                severity,
                0,
                title,
                sample.detail(),
                parameters,
                modules,
                sample.ranks(),
                sample.evidence(),
                sample.advice(),
                sample.avoid(),
                List.of());
    }

    private Events() {}
}
