package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine calls itself, as its reporters say it. */
final class HostName {
    private static final Path LINUX = Path.of("/proc/sys/kernel/hostname");

    static String ours() {
        try {
            // The JVM would ask the network, which may take its time.
            String name = Files.readString(LINUX).strip();
            if (!name.isEmpty()) {
                return name;
            }
        } catch (IOException elsewhere) {
            // Below.
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private HostName() {}
}
