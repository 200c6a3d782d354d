package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;

/** Says in one line why an address could not be listened on. */
final class ListenErrors {
    static IOException explained(String option, InetSocketAddress address, IOException e) {
        String where = option + ": " + address.getHostString() + ":" + address.getPort();
        String reason = String.valueOf(e.getMessage());
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("in use")) {
            return new IOException(where + " is in use (expected: a free port, see --" + option + ")", e);
        }
        if (lower.contains("permission")) {
            return new IOException(where + " is not allowed (expected: a port above 1023, see --" + option + ")", e);
        }
        if (address.isUnresolved() || lower.contains("cannot assign") || lower.contains("unresolved")) {
            return new IOException(
                    where + " is not an address of this machine (expected: one, see --" + option + ")", e);
        }
        return new IOException(where + ": " + reason + " (expected: an address to listen on, see --" + option + ")", e);
    }

    private ListenErrors() {}
}
