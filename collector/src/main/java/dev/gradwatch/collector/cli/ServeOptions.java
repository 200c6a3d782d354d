package dev.gradwatch.collector.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a collector that stays keeps, and to whom it shows it. */
final class ServeOptions {
    static final String DEFAULT_HTTP = "127.0.0.1:7788";

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            defaultValue = DEFAULT_HTTP,
            description = "Where the API and the page are served (${DEFAULT-VALUE}).")
    @Nullable
    InetSocketAddress http;

    @Option(
            names = "--http-prefix",
            paramLabel = "/PATH",
            defaultValue = "",
            description = "The path under which a reverse proxy shows it.")
    String httpPrefix = "";

    @Option(
            names = "--http-host",
            paramLabel = "NAME",
            split = ConfiguredDefaults.SEPARATOR,
            splitSynopsisLabel = "",
            description = "A further name by which people call this machine; may be given more than once.")
    List<String> httpHosts = List.of();

    @Option(
            names = "--people-token",
            paramLabel = "TEXT",
            description = "What people must say. Beyond loopback one is made where none is given.")
    @Nullable
    String peopleToken;

    @Option(
            names = "--store",
            paramLabel = "URL",
            description =
                    "Where jobs and alerts are kept: jdbc:sqlite:FILE, jdbc:postgresql://…, or none. Without it: a file under ~/.local/state/gradwatch.")
    @Nullable
    String store;

    @Option(
            names = "--keep-days",
            paramLabel = "DAYS",
            defaultValue = "90",
            description = "How long a job is kept after its end (${DEFAULT-VALUE}).")
    int keepDays;

    @Option(
            names = "--keep-bytes",
            paramLabel = "SIZE",
            defaultValue = "10G",
            description =
                    "How large the store may become before the jobs that ended first go, such as 500M or 10G (${DEFAULT-VALUE}).")
    String keepBytes = "10G";

    @Option(
            names = ConfiguredDefaults.OPTION,
            paramLabel = "FILE.yaml",
            description =
                    "Options as a YAML file: 'listen: 0.0.0.0:7787'. The command line and the environment win over it.")
    @Nullable
    Path config;
}
