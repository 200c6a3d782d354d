package dev.gradwatch.collector.sink.webhook;

/** How loud a message looks, as a sign and as a colour. */
final class Look {
    static String sign(Message message) {
        if (message.over()) {
            return "✅";
        }
        return switch (message.severity()) {
            case CRITICAL -> "🛑";
            case ERROR -> "🔴";
            case WARNING -> "🟡";
            case INFO -> "🔵";
        };
    }

    static int rgb(Message message) {
        if (message.over()) {
            return 0x188038;
        }
        return switch (message.severity()) {
            case CRITICAL -> 0x9C0A2E;
            case ERROR -> 0xD93025;
            case WARNING -> 0xF9AB00;
            case INFO -> 0x1A73E8;
        };
    }

    private Look() {}
}
