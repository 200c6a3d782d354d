package dev.gradwatch.collector.sink.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a browser may do with what it is sent: load from here and nowhere else, and run no script that stands in a page, but the import map of the page
 * itself, which the HTML standard allows nowhere else. It is let through by its hash.
 */
final class PagePolicy {
    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

    private PagePolicy() {}

    /** The {@code Content-Security-Policy} of a page with these files. */
    static String of(StaticFiles files) {
        String scripts = files.file("")
                .map(page -> new String(page.body(), StandardCharsets.UTF_8))
                .map(PagePolicy::importMapHash)
                .orElse("");
        return "default-src 'none'; script-src 'self'" + scripts
                + "; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    }

    private static String importMapHash(String page) {
        Matcher map = IMPORT_MAP.matcher(page);
        if (!map.find()) {
            return "";
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(map.group(1).getBytes(StandardCharsets.UTF_8));
            return " 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: every Java has it", e);
        }
    }
}
