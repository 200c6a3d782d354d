package dev.gradwatch.collector.sink.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL URL taken apart, so that its secrets are in nothing that is shown.
 *
 * @param url for the driver, without user and password
 * @param place {@code postgresql://host:port/database}
 * @param user null for the driver's default
 * @param password null for none
 */
record PostgresUrl(
        String url,
        String place,
        @Nullable String user,
        @Nullable String password) {
    static final String PREFIX = "jdbc:postgresql://";

    private static final Pattern HOSTS = Pattern.compile(
            "(?:\\[[0-9A-Fa-f:.%]+]|[^\\[\\]:/@,\\s]+)(?::\\d{1,5})?(?:,(?:\\[[0-9A-Fa-f:.%]+]|[^\\[\\]:/@,\\s]+)(?::\\d{1,5})?)*");

    /**
     * A URL that begins with {@link #PREFIX}. User and password may stand before the host, among the parameters, or in the environment as {@code PGUSER}
     * and {@code PGPASSWORD}, the first of these that is there.
     *
     * @throws IllegalArgumentException without a message, for a URL may hold a secret anywhere
     */
    static PostgresUrl of(String text, Map<String, String> environment) {
        String rest = text.substring(PREFIX.length());
        int question = rest.indexOf('?');
        String target = question < 0 ? rest : rest.substring(0, question);
        int slash = target.indexOf('/');
        String authority = slash < 0 ? target : target.substring(0, slash);
        String name = slash < 0 ? "" : target.substring(slash);

        String user = environment.get("PGUSER");
        String password = environment.get("PGPASSWORD");
        StringJoiner others = new StringJoiner("&");
        for (String parameter :
                question < 0 ? new String[0] : rest.substring(question + 1).split("&", -1)) {
            int equals = parameter.indexOf('=');
            String value = parameter.substring(equals + 1);
            switch (equals < 0 ? parameter : parameter.substring(0, equals)) {
                case "user" -> user = decoded(value);
                case "password" -> password = decoded(value);
                default -> others.add(parameter);
            }
        }
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            String[] who = authority.substring(0, at).split(":", 2);
            user = decoded(who[0]);
            password = who.length > 1 ? decoded(who[1]) : password;
            authority = authority.substring(at + 1);
        }
        if (!HOSTS.matcher(authority).matches() || name.contains("@")) {
            throw new IllegalArgumentException();
        }
        String driver = PREFIX + authority + (name.isEmpty() ? "/" : name);
        return new PostgresUrl(
                others.length() == 0 ? driver : driver + "?" + others,
                "postgresql://" + authority + name,
                user,
                password);
    }

    private static String decoded(String text) {
        try {
            // A plus is a plus in a JDBC URL.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw withoutSecret();
        }
    }

    private static IllegalArgumentException withoutSecret() {
        return new IllegalArgumentException();
    }

    @Override
    public String toString() {
        return place;
    }
}
