package dev.gradwatch.collector.sink.http;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The session's cookie as text. Named after the port too: browsers keep one jar for all ports of a host, and two collectors may share
 * one.
 */
record SessionCookie(String name, String path, boolean secure) {
    private static final Pattern PAIRS = Pattern.compile(";\\s*");

    static SessionCookie of(int port, String prefix, boolean tls) {
        return new SessionCookie("gradwatch_session_" + port, prefix + "/", tls);
    }

    String opens(String session, Duration life) {
        return text(session, life.toSeconds());
    }

    String ends() {
        return text("", 0);
    }

    private String text(String value, long seconds) {
        return name + "=" + value + "; Path=" + path + "; Max-Age=" + seconds + "; HttpOnly; SameSite=Strict"
                + (secure ? "; Secure" : "");
    }

    /** The session that a Cookie header names; null where it names none. */
    @Nullable
    String session(@Nullable String header) {
        if (header != null) {
            for (String pair : PAIRS.split(header, -1)) {
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
        }
        return null;
    }
}
