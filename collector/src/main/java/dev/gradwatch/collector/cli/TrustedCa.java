package dev.gradwatch.collector.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code --tls-ca} names: a PEM file, or by a word the certificates that the machine trusts. Python reads the file; here it only has to be there. */
final class TrustedCa {
    private static final String SYSTEM = "system";

    static boolean isReadable(String ca) {
        return ca.equals(SYSTEM) || (Files.isReadable(Path.of(ca)) && !Files.isDirectory(Path.of(ca)));
    }

    /** As a process in another folder finds it. */
    static String everywhere(String ca) {
        return ca.equals(SYSTEM) ? ca : Path.of(ca).toAbsolutePath().toString();
    }

    private TrustedCa() {}
}
