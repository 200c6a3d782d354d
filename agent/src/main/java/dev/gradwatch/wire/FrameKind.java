package dev.gradwatch.wire;

/** The byte that follows a frame's length. Ids below 0x40 go to the collector, those from 0x40 on come from it. */
public final class FrameKind {
    public static final int HELLO = 0x01;
    public static final int MANIFEST = 0x02;
    public static final int STEP = 0x03;
    public static final int CHANGE = 0x04;
    public static final int LEDGER = 0x05;
    public static final int PROBE = 0x06;
    public static final int FAILURE = 0x07;
    public static final int GOODBYE = 0x08;
    public static final int PROGRESS = 0x09;
    public static final int MESSAGE = 0x0A;
    public static final int GPU = 0x0B;
    public static final int LAUNCH = 0x0C;
    public static final int WELCOME = 0x41;
    public static final int ASK = 0x42;
    public static final int REFUSED = 0x43;

    private FrameKind() {}

    /** Whether this version knows it as one that goes to the collector, from a reporter or from a node. */
    public static boolean fromReporter(int kind) {
        return kind >= HELLO && kind <= LAUNCH;
    }

    /** The kind as errors name it; {@code 0x7F} for one that this version does not speak. */
    public static String name(int kind) {
        switch (kind) {
            case HELLO:
                return "Hello";
            case MANIFEST:
                return "Manifest";
            case STEP:
                return "Step";
            case CHANGE:
                return "Change";
            case LEDGER:
                return "Ledger";
            case PROBE:
                return "Probe";
            case FAILURE:
                return "Failure";
            case GOODBYE:
                return "Goodbye";
            case PROGRESS:
                return "Progress";
            case MESSAGE:
                return "Message";
            case GPU:
                return "Gpu";
            case LAUNCH:
                return "Launch";
            case WELCOME:
                return "Welcome";
            case ASK:
                return "Ask";
            case REFUSED:
                return "Refused";
            default:
                return String.format("0x%02X", kind);
        }
    }
}
