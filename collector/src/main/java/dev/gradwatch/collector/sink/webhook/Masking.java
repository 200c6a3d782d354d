package dev.gradwatch.collector.sink.webhook;

import java.net.URI;
import java.util.regex.Pattern;

/** Keeps what lets a person in out of what is shown: in a webhook's URL, the path and the query are the password. */
final class Masking {
    private static final String GONE = "…";
    private static final int MIN_TELLING = 6;
    private static final Pattern SEPARATORS = Pattern.compile("[/?&=]");

    static String url(URI url) {
        if (url.isOpaque() || url.getHost() == null) {
            return url.getScheme() == null ? GONE : url.getScheme() + ":" + GONE;
        }
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return url.getScheme() + "://" + url.getHost() + port + "/" + GONE;
    }

    /** A server's or a library's words without the channel's secrets, should it have quoted them. */
    static String scrub(String text, Webhook webhook) {
        String clean = text;
        if (!webhook.secret().isEmpty()) {
            clean = clean.replace(webhook.secret(), GONE);
        }
        String path = webhook.url().getRawPath();
        String query = webhook.url().getRawQuery();
        String behindHost = (path == null ? "" : path) + (query == null ? "" : "?" + query);
        if (behindHost.length() > 1) {
            clean = clean.replace(behindHost, "/" + GONE);
        }
        for (String part : SEPARATORS.split(behindHost, -1)) {
            if (part.length() >= MIN_TELLING && part.chars().anyMatch(Character::isDigit)) {
                clean = clean.replace(part, GONE);
            }
        }
        return clean;
    }

    private Masking() {}
}
