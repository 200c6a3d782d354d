package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What {@code run} and {@code attach} ask of the one job that they watch: its name, who hears of it, and what that may cost. */
final class JobOptions {
    @Option(
            names = "--report",
            paramLabel = "FILE.json",
            description = "Write the whole report there. Without it: " + RunReport.DEFAULT_FILE
                    + " here, where there is a finding of severity warning or above.")
    @Nullable
    Path report;

    @Option(
            names = "--collector",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "Report to a collector that runs elsewhere, which then gives the verdict; start none here.")
    @Nullable
    InetSocketAddress collector;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE.pem|system",
            description =
                    "With --collector: speak TLS to it, and trust the certificates of this CA, or those that the machine trusts.")
    @Nullable
    String tlsCa;

    @Option(
            names = "--job",
            paramLabel = "NAME",
            description = "The job's id. Without it: the program, the time, and a random number.")
    @Nullable
    String job;

    @Option(
            names = "--budget",
            paramLabel = "PERCENT",
            converter = Budget.Converter.class,
            description = "How much of the step time the watching may cost, such as 0.5; off watches every step.")
    @Nullable
    Budget budget;

    /**
     * @throws ParameterException with the value and what was expected
     * @throws IOException where the report cannot be written there
     */
    void check(CommandLine of) throws IOException {
        if (job != null && job.isBlank()) {
            throw new ParameterException(of, "job: empty (expected: a name)");
        }
        if (collector != null && tlsCa != null && !TrustedCa.isReadable(tlsCa)) {
            throw new ParameterException(
                    of, "tls-ca: " + tlsCa + " (expected: a PEM file of CA certificates, or system)");
        }
        RunReport.check(report);
    }

    /** The job's id, made where none is given; another one with each call then. */
    String id(List<String> command) {
        return job != null
                ? job
                : JobName.unique(command, LocalDateTime.now(ZoneId.systemDefault()), ThreadLocalRandom.current());
    }
}
