package dev.gradwatch.agent.report;

/** Where a collector listens. Immutable. */
final class Address {
    /** Where reporters that nobody configured look for one. */
    static final String DEFAULT = "127.0.0.1:7787";

    private static final int DEFAULT_PORT = 7787;

    final String host;
    final int port;

    private Address(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /**
     * Reads {@code HOST:PORT}, {@code [v6]:PORT} or {@code HOST}; resolves nothing.
     *
     * @param name what the text is called in the error
     * @throws IllegalArgumentException such as {@code collector: node1:0 (expected: HOST:PORT, the port 1-65535)}
     */
    static Address of(String name, String text) {
        String place = text.strip();
        int colon = place.endsWith("]") ? -1 : place.lastIndexOf(':');
        String host = colon < 0 ? place : place.substring(0, colon);
        int port = colon < 0 ? DEFAULT_PORT : port(place.substring(colon + 1));
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(name + ": " + text + " (expected: HOST:PORT, the port 1-65535)");
        }
        return new Address(host, port);
    }

    private static int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
