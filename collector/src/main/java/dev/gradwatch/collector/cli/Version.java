package dev.gradwatch.collector.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class Version implements IVersionProvider {
    /** What classes that lie in no jar call themselves. */
    static final String UNPACKED = "development";

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKED : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"gradwatch " + text()};
    }
}
