package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.model.Severity;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A channel as it is configured. Its URL and its secret are never part of a text; {@link #masked} stands for the URL.
 *
 * @param name what progress is kept under; another name is another channel
 * @param secret what signs each message; empty where none does
 * @param minSeverity what is less is not told
 * @param jobs globs, {@code *} for any text, that a job's id or name must fit; empty for every job
 * @param quietHours null where there are none
 * @param digest how long alerts are gathered into one message; zero tells each at once
 * @param httpHosts hosts that may be spoken to without TLS, besides this machine
 * @param proxy an {@code http://HOST:PORT}; null for what the JVM is told to use
 */
public record Webhook(
        String name,
        Kind kind,
        URI url,
        String secret,
        Severity minSeverity,
        Language language,
        List<String> jobs,
        @Nullable QuietHours quietHours,
        Duration digest,
        Set<String> httpHosts,
        @Nullable URI proxy) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Duration MAX_DIGEST = Duration.ofDays(1);

    /** @throws IllegalArgumentException that names the key, and shows no part of a URL that lets a person in */
    public Webhook {
        jobs = List.copyOf(jobs);
        httpHosts = Set.copyOf(httpHosts);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name: " + name + " (expected: 1 to 64 letters, digits, dots, dashes or underscores)");
        }
        checkUrl(url, httpHosts);
        if (!secret.isEmpty() && !kind.signs()) {
            throw new IllegalArgumentException(
                    "secret: given (expected: none, since " + kind.id() + " has no signatures)");
        }
        if (digest.isNegative() || digest.compareTo(MAX_DIGEST) > 0) {
            throw new IllegalArgumentException("digest: " + digest + " (expected: 0s to 24h)");
        }
        if (proxy != null && (!"http".equals(proxy.getScheme()) || proxy.getHost() == null || proxy.getPort() < 1)) {
            throw new IllegalArgumentException("proxy: " + Masking.url(proxy) + " (expected: http://HOST:PORT)");
        }
    }

    /** One that tells everything of every job at once, in English. */
    public static Webhook of(String name, Kind kind, URI url, String secret) {
        return new Webhook(
                name, kind, url, secret, Severity.INFO, Language.EN, List.of(), null, Duration.ZERO, Set.of(), null);
    }

    private static void checkUrl(URI url, Set<String> httpHosts) {
        String shown = Masking.url(url);
        String host = url.getHost();
        if (host == null || url.isOpaque()) {
            throw new IllegalArgumentException("url: " + shown + " (expected: https://HOST/…)");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("url: " + shown + " (expected: no user or password in it)");
        }
        if (url.getRawFragment() != null) {
            throw new IllegalArgumentException("url: " + shown + " (expected: no # in it)");
        }
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        boolean plain = scheme.equals("http") && (isThisMachine(host) || httpHosts.contains(host));
        if (!plain && !scheme.equals("https")) {
            throw new IllegalArgumentException(
                    "url: " + shown + " (expected: https, or http to this machine or to a host named in http_hosts)");
        }
    }

    /** By its spelling alone: a name that is looked up may lead elsewhere tomorrow. */
    private static boolean isThisMachine(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}")
                || host.equals("[::1]");
    }

    /** The URL without what lets a person in, such as {@code https://hooks.slack.com/…}. */
    public String masked() {
        return Masking.url(url);
    }

    @Override
    public String toString() {
        return name + " (" + kind.id() + ", " + masked() + ")";
    }
}
