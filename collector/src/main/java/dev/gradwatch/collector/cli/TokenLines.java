package dev.gradwatch.collector.cli;

import java.net.InetSocketAddress;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the collector says at its start of who may connect. */
final class TokenLines {
    static List<String> of(SidecarOptions options, InetSocketAddress listen) {
        List<String> lines = new ArrayList<>();
        Tokens.Wanted token = options.token();
        if (token != null && token.made() != null) {
            lines.addAll(ofToken("reporters need GRADWATCH_TOKEN", token.fresh(), token, listen));
        }
        if (options.tls() == null && !Tokens.isLoopback(listen)) {
            lines.add(
                    "reporters send their token and what they see as plain text (expected: --tls-cert and --tls-key on a network that others use)");
        }
        return lines;
    }

    /** @param need who needs it, and where it goes */
    static List<String> ofToken(String need, @Nullable String fresh, Tokens.Wanted token, InetSocketAddress listen) {
        if (fresh == null) {
            return List.of(need + ", the one made "
                    + (token.made() == null ? "before" : token.made().truncatedTo(ChronoUnit.SECONDS))
                    + "; --new-token makes another");
        }
        String kept = listen.getPort() == 0
                ? "it ends with this process"
                : "it is shown this once, and only its hash is kept";
        return List.of(need + "=" + fresh, kept);
    }

    private TokenLines() {}
}
