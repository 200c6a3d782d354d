package dev.gradwatch.collector.sink.webhook;

import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.Language;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Addresses of the page, as its {@code route.js} reads them.
 *
 * @param base the page's address as people reach it, prefix included, without a slash at its end
 */
public record Links(String base) {
    public Links {
        base = base.replaceAll("/+$", "");
    }

    /** A job with the alert's finding open. */
    String finding(Alert alert, Language language) {
        return base + "/#/jobs/" + encoded(alert.job()) + "?finding="
                + encoded(alert.finding().id()) + "&lang=" + language.id();
    }

    String alerts(Language language) {
        return base + "/#/alerts?lang=" + language.id();
    }

    /** As {@code encodeURIComponent} does, and brackets and quotes too, since chats end a link at them. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }
}
