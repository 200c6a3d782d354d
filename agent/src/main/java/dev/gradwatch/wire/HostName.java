package dev.gradwatch.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine calls itself: the same word in a Hello, of a rank or of a node, and wherever a collector speaks of its own machine. */
public final class HostName {
    private static final Path LINUX = Path.of("/proc/sys/kernel/hostname");

    /** Never empty; read anew with each call, and where the kernel does not tell it, asked of the network. */
    public static String ours() {
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
