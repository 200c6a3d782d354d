package dev.gradwatch.collector.source.tcp;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a Launch's JSON. */
final class LaunchReader {
    private static final int MAX_WORDS = 4096;
    private static final int MAX_EXIT_CODE = 0xFFFF;

    private LaunchReader() {}

    /** The job's command began on a node. */
    record Started(long micros, String name, List<String> command) {}

    /** @param exitCode null where it is not known */
    record Ended(long micros, @Nullable Integer exitCode) {}

    /** One of the two. */
    record Launch(@Nullable Started started, @Nullable Ended ended) {}

    static Launch read(JsonReader json) throws IOException {
        Started started = null;
        Ended ended = null;
        json.object("Launch");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "started" -> started = started(json);
                case "ended" -> ended = ended(json);
                default -> json.skip();
            }
        }
        if ((started == null) == (ended == null)) {
            throw json.malformed("Launch: " + (started == null ? "neither" : "both") + " (expected: started or ended)");
        }
        return new Launch(started, ended);
    }

    private static Started started(JsonReader json) throws IOException {
        Long micros = null;
        String name = "";
        List<String> command = List.of();
        json.object("started");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "micros" -> micros = json.count(member);
                case "name" -> name = json.name(member);
                case "command" -> command = json.names(member, MAX_WORDS);
                default -> json.skip();
            }
        }
        return new Started(json.required("micros", micros), name, command);
    }

    private static Ended ended(JsonReader json) throws IOException {
        Long micros = null;
        Integer exitCode = null;
        json.object("ended");
        for (String member = json.member(); member != null; member = json.member()) {
            if (json.isNull()) {
                continue;
            }
            switch (member) {
                case "micros" -> micros = json.count(member);
                case "exit_code" -> exitCode = json.integer(member, 0, MAX_EXIT_CODE);
                default -> json.skip();
            }
        }
        return new Ended(json.required("micros", micros), exitCode);
    }
}
