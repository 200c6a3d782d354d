package dev.gradwatch.collector.source.log;

import dev.gradwatch.collector.model.LogMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Texts read by the project's signatures, in one piece or in many. */
final class Read {
    static final Signatures SIGNATURES = bundled();

    private static Signatures bundled() {
        try {
            return SignatureFile.bundled();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<LogMessage> whole(String text) {
        return whole(text.getBytes(StandardCharsets.UTF_8), Origin.of("log"));
    }

    static List<LogMessage> whole(byte[] text, Origin origin) {
        return cut(text, origin, text.length);
    }

    /** Handed over in two pieces, cut after so many bytes. */
    static List<LogMessage> cut(byte[] text, Origin origin, int at) {
        List<LogMessage> messages = new ArrayList<>();
        LogText reader = new LogText(SIGNATURES, origin, messages::add);
        reader.append(text, 0, at);
        reader.append(text, at, text.length - at);
        reader.end();
        return messages;
    }

    /** What is said, without where: id, rank and fields. */
    static Map<String, Integer> facts(List<LogMessage> messages) {
        Map<String, Integer> facts = new TreeMap<>();
        messages.forEach(message -> facts.merge(fact(message), 1, Integer::sum));
        return facts;
    }

    static String fact(LogMessage message) {
        return message.id() + " rank " + message.rank() + " " + new TreeMap<>(message.fields());
    }

    private Read() {}
}
