package dev.gradwatch.wire;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The collector does not listen to this reporter, and closes. The reporter says why once and does not come back. */
public final class Refused implements Message {
    private static final Pattern REASON = Pattern.compile("\"reason\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final String reason;

    /** @param reason with the bad value and the expectation, such as {@code version: 7-9 (expected: 1)}; never a secret */
    public Refused(String reason) {
        this.reason = Text.name(reason);
    }

    /**
     * What a Refused says, read leniently: it is for people.
     *
     * @param payload the frame's JSON
     * @return the reason; all of the payload where none stands in it
     */
    public static String reasonIn(String payload) {
        Matcher found = REASON.matcher(payload);
        String text = found.find() ? found.group(1).replaceAll("\\\\(.)", "$1") : payload;
        return Text.name(text.replaceAll("\\p{Cntrl}", "?"));
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json =
                new Json(out.begin(FrameKind.REFUSED)).object().name("reason").value(reason);
        json.name("speaks").value(new int[] {Versions.MIN, Versions.MAX}).endObject();
        out.end();
    }
}
