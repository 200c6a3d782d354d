package dev.gradwatch.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node says that the job's command began there, or that it ended. */
public final class Launch implements Message {
    private final long micros;
    private final @Nullable String name;
    private final List<String> command;
    private final @Nullable Integer exitCode;

    private Launch(long micros, @Nullable String name, List<String> command, @Nullable Integer exitCode) {
        this.micros = Limits.check("micros", micros, 0, Long.MAX_VALUE);
        this.name = name;
        this.command = command;
        this.exitCode = exitCode;
    }

    /**
     * @param micros when, Unix time
     * @param name of the job, for people
     * @param command its words, cut where they are very long
     */
    public static Launch started(long micros, String name, List<String> command) {
        return new Launch(micros, Text.name(name), Text.words(command, Hello.MAX_COMMAND_BYTES), null);
    }

    /** @param exitCode 128 + n for signal n; null where it is not known */
    public static Launch ended(long micros, @Nullable Integer exitCode) {
        return new Launch(micros, null, List.of(), exitCode);
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.LAUNCH)).object();
        if (name != null) {
            json.name("started").object().name("micros").value(micros);
            json.name("name").value(name).name("command").value(command).endObject();
        } else {
            json.name("ended").object().name("micros").value(micros).name("exit_code");
            if (exitCode == null) {
                json.value((String) null);
            } else {
                json.value(exitCode);
            }
            json.endObject();
        }
        json.endObject();
        out.end();
    }
}
