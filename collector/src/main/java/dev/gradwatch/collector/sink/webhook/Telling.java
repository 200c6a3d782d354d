package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.webhook.Message.Section;
import dev.gradwatch.collector.sink.webhook.Message.Source;
import dev.gradwatch.collector.sink.webhook.Message.Tally;
import dev.gradwatch.collector.words.ActionWords;
import dev.gradwatch.collector.words.Phrases;
import java.util.ArrayList;
import java.util.List;

/** Puts events into words. Immutable; safe for any thread. */
final class Telling {
    /** Lines of a digest, and names of a finding's parameters. */
    static final int MAX_LINES = 10;

    private static final int HEADLINE_CHARS = 300;
    private static final int TEXT_CHARS = 800;
    private static final int LINE_CHARS = 200;
    private static final int CODE_CHARS = 1_500;
    private static final int MAX_AVOID = 3;

    private final Language language;
    private final ChatWords words;
    private final Phrases phrases;
    private final Links links;

    Telling(Language language, Links links) {
        this.language = language;
        this.words = new ChatWords(language);
        this.phrases = Phrases.in(language);
        this.links = links;
    }

    /** All that a person needs to act: for what was not told before, and for messages that can be changed. */
    Message full(AlertEvent event) {
        Alert alert = event.alert();
        Finding finding = phrases.of(alert.finding());
        List<Section> sections = new ArrayList<>();
        sections.add(Section.text(words.job(), line(job(alert))));
        if (!finding.ranks().isEmpty()) {
            sections.add(Section.text(words.ranks(), Cut.chars(RankRanges.of(finding.ranks()), LINE_CHARS)));
        }
        if (!finding.parameters().isEmpty()) {
            sections.add(parameters(finding));
        }
        if (!finding.advice().isEmpty()) {
            Advice first = finding.advice().get(0);
            String snippet = first.snippet() == null ? "" : Cut.code(first.snippet());
            sections.add(new Section(words.fix(), text(reason(first)), List.of(), 0, fitting(snippet)));
        }
        if (!finding.avoid().isEmpty()) {
            List<String> lines = finding.avoid().stream()
                    .limit(MAX_AVOID)
                    .map(advice -> text(reason(advice)))
                    .toList();
            sections.add(Section.lines(words.avoid(), lines, finding.avoid().size() - lines.size()));
        }
        return message(event, headline(event, finding), text(finding.detail()), sections);
    }

    /** One line, for who has read the full message. */
    Message brief(AlertEvent event) {
        Finding finding = phrases.of(event.alert().finding());
        return message(event, headline(event, finding) + " · " + name(event.alert()), "", List.of());
    }

    /** What was over before it was told. */
    Message cameAndWent(AlertEvent event) {
        String title = line(phrases.of(event.alert().finding()).title());
        return message(event, words.cameAndWent(title) + " · " + name(event.alert()), "", List.of());
    }

    /** @param first the worst of the digest's events, worst first */
    Message digest(Tally tally, List<AlertEvent> first, String key) {
        List<String> lines = first.stream()
                .map(event -> Cut.chars(
                        headline(event, phrases.of(event.alert().finding())) + " · " + name(event.alert()), LINE_CHARS))
                .toList();
        Severity worst = Severity.INFO;
        for (Severity severity : tally.open().keySet()) {
            worst = severity.compareTo(worst) > 0 ? severity : worst;
        }
        return new Message(
                language,
                worst,
                tally.open().isEmpty(),
                words.digest(tally),
                "",
                List.of(Section.lines("", lines, tally.alerts() - tally.cameAndWent() - lines.size())),
                links.alerts(language),
                words.openAlerts(),
                "",
                key,
                new Source(null, tally, first));
    }

    /** As {@link #full}, and says that it is none. */
    Message sample(AlertEvent event) {
        Message full = full(event);
        return new Message(
                language,
                full.severity(),
                false,
                words.sample(),
                full.headline(),
                full.sections(),
                full.link(),
                full.linkWords(),
                "",
                full.key(),
                full.source());
    }

    private Message message(AlertEvent event, String headline, String detail, List<Section> sections) {
        Alert alert = event.alert();
        return new Message(
                language,
                alert.finding().severity(),
                event.kind() == AlertEvent.Kind.RESOLVED,
                Cut.chars(headline, HEADLINE_CHARS),
                detail,
                sections,
                links.finding(alert, language),
                words.openJob(),
                alert.id(),
                alert.id() + "-" + event.micros(),
                new Source(event, null, List.of()));
    }

    private String headline(AlertEvent event, Finding finding) {
        String title = Cut.chars(line(finding.title()), HEADLINE_CHARS);
        String by = event.alert().acknowledgedBy();
        return switch (event.kind()) {
            case OPENED, UNMUTED, MUTED -> words.headline(finding.severity(), title);
            case REOPENED -> words.again(finding.severity(), title);
            case UPDATED -> words.changed(finding.severity(), title);
            case ACKNOWLEDGED -> words.seen(by == null ? "" : Cut.chars(Cut.line(by), 60), title);
            case RESOLVED -> words.resolved(title);
        };
    }

    /** Names where they are few, else the modules that they are in. */
    private Section parameters(Finding finding) {
        int count = finding.parameters().size();
        boolean grouped = count > MAX_LINES && !finding.modules().isEmpty();
        List<String> names = grouped ? finding.modules() : finding.parameters();
        List<String> lines = names.stream().limit(MAX_LINES).map(Telling::line).toList();
        return Section.lines(
                grouped ? words.parametersIn(count) : words.parameters(count), lines, names.size() - lines.size());
    }

    private String reason(Advice advice) {
        return words.reason(ActionWords.of(advice.action(), language), advice.why());
    }

    private static String job(Alert alert) {
        return alert.jobName().isBlank() || alert.jobName().equals(alert.job())
                ? alert.job()
                : alert.jobName() + " (" + alert.job() + ")";
    }

    private static String name(Alert alert) {
        return Cut.chars(Cut.line(alert.jobName().isBlank() ? alert.job() : alert.jobName()), 60);
    }

    private static String line(String text) {
        return Cut.chars(Cut.line(text), LINE_CHARS);
    }

    private static String text(String text) {
        return Cut.chars(Cut.line(text), TEXT_CHARS);
    }

    /** Whole lines, as many as there is room for. */
    private static String fitting(String code) {
        StringBuilder kept = new StringBuilder();
        for (String line : code.lines().toList()) {
            if (kept.length() + line.length() + 1 > CODE_CHARS) {
                return kept.isEmpty() ? "" : kept.append("# …").toString();
            }
            kept.append(line).append('\n');
        }
        return kept.toString().stripTrailing();
    }
}
