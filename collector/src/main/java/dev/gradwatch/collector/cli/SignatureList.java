package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.report.DiagnosisJson;
import dev.gradwatch.collector.source.log.Signatures;
import java.util.List;

/** All messages that are known, as text for people and as entries for JSON. */
final class SignatureList {
    static String text(Signatures signatures) {
        StringBuilder out = new StringBuilder();
        for (Signatures.Entry entry : signatures.entries()) {
            out.append(entry.id()).append("  (").append(entry.severity());
            out.append(entry.versions().isBlank() ? ")\n" : ", " + entry.versions() + ")\n");
            add(out, "text", entry.text());
            add(out, "means", entry.means());
            add(out, "fix", entry.fix());
            add(out, "not", entry.trap());
            out.append('\n');
        }
        return out.append(signatures.entries().size()).append(" messages\n").toString();
    }

    private static void add(StringBuilder out, String label, String text) {
        if (!text.isBlank()) {
            out.append(String.format(java.util.Locale.ROOT, "  %-6s", label))
                    .append(text.strip().replace("\n", "\n        "))
                    .append('\n');
        }
    }

    static List<DiagnosisJson.Known> of(Signatures signatures) {
        return signatures.entries().stream()
                .map(entry -> new DiagnosisJson.Known(
                        entry.id(),
                        entry.severity(),
                        entry.text(),
                        entry.means(),
                        entry.fix(),
                        entry.trap(),
                        entry.versions()))
                .toList();
    }

    private SignatureList() {}
}
