package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Channels;
import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.http.HttpApi;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import dev.gradwatch.collector.sink.webhook.Links;
import dev.gradwatch.collector.sink.webhook.Webhook;
import dev.gradwatch.collector.source.log.Signatures;
import dev.gradwatch.collector.source.log.follow.LogFollower;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code collect}: the sidecar that stays. It listens until it is told to stop (SIGTERM, SIGINT); then it writes the reports of the jobs that
 * still run, and exits with 0.
 */
@Command(
        name = "collect",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Listen for reporters of many jobs; print a job's verdict when it ends.",
        footer = {
            "",
            "Reporters find it by GRADWATCH_COLLECTOR=HOST:PORT, GRADWATCH_TOKEN and, for TLS, GRADWATCH_TLS_CA=FILE.pem.",
            "Every option has a twin in the environment: --listen is GRADWATCH_LISTEN."
        })
final class CollectCommand implements Callable<Integer> {
    static final String DEFAULT_ADDRESS = "127.0.0.1:7787";

    /** A disk that hangs must not keep the process beyond the ten seconds that a person, or an orchestrator, waits. */
    private static final long STOP_MILLIS = 9_000;

    @Mixin
    ListenOptions listen = new ListenOptions();

    @Mixin
    TlsOptions tls = new TlsOptions();

    @Mixin
    UpstreamOptions upstream = new UpstreamOptions();

    @Mixin
    ServeOptions serve = new ServeOptions();

    @Mixin
    LogOptions logs = new LogOptions();

    @Mixin
    GpuOptions gpu = new GpuOptions();

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Write DIR/JOB.json when a job ends; the folder is made where it is missing.")
    @Nullable
    Path reports;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (reports != null) {
            makeFolder(reports);
        }
        PrintWriter err = spec.commandLine().getErr();
        SidecarOptions options = options();
        Supplier<Signatures> signatures = logs.load();
        List<Webhook> webhooks = serve.webhooks();
        Station station = Station.open(
                serve.storeUrl(options.listen().getPort()), serve.retention(), Version.text(), Sidecar::nowMicros);
        Channels channels = station.channels();
        channels.configure(webhooks);
        Sidecar sidecar = Sidecar.start(
                options,
                new Keeping(station.recollection(), station::whenWritten),
                upstream.upstream(line -> err.println("gradwatch: " + line)));
        Directory directory = station.watch(sidecar.jobs(), sidecar.source()::connections);
        GpuWatch gpus = GpuWatch.start(gpu.chosen(), sidecar.jobs());
        station.gpus(gpus::latest);
        JobDesk desk = new JobDesk(
                sidecar.jobs(),
                reports,
                new VerdictPrinter(Terminal.ofStandardOutput(System.getenv())),
                directory::sinceLastRun,
                station::flagCost,
                spec.commandLine().getOut(),
                err);
        sidecar.jobs().addListener(desk);
        HttpApi api = listen.noHttp
                ? null
                : serve.start(directory, Meters.of(sidecar, directory, station::gpus), tls.files(), tls.newToken);
        channels.start(new Links(serve.pageUrl()));
        WebhookWatch watch = serve.watch(webhooks, channels::configure, line -> err.println("gradwatch: " + line));
        LogFollower follower = logs.follow(
                JobLogs.ofMany(new LogJobName(sidecar.jobs()::ids), signatures, sidecar::accept, station::flush),
                positions(options));
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> stop(sidecar, gpus, follower, desk, api, watch, station), "gradwatch-stop"));
        // The host as it was asked for: a socket bound to 0.0.0.0 calls itself by another name.
        err.println("gradwatch: listening on "
                + AddressConverter.text(options.listen(), sidecar.address().getPort()));
        for (String line : TokenLines.of(options, options.listen())) {
            err.println("gradwatch: " + line);
        }
        serve.lines().forEach(line -> err.println("gradwatch: " + line));
        if (!webhooks.isEmpty()) {
            err.println("gradwatch: webhooks: " + WebhookWatch.named(webhooks) + "; their links lead to "
                    + serve.pageUrl());
        }
        new CountDownLatch(1).await();
        return CommandLine.ExitCode.OK;
    }

    private SidecarOptions options() throws IOException {
        InetSocketAddress address = listen.listen(new AddressConverter().convert(DEFAULT_ADDRESS));
        TlsFiles files = tls.files();
        Tokens.Wanted token = Tokens.wanted(
                Tokens.Role.REPORTERS,
                address,
                listen.token(),
                tls.newToken,
                StateFolder.of(System.getenv()),
                InstantSource.system());
        return new SidecarOptions(
                address, token, files, listen.record, gpu.chosen().thresholds());
    }

    /** Two collectors of one user keep their own, by where they listen. */
    private static Path positions(SidecarOptions options) throws IOException {
        Path folder = StateFolder.of(System.getenv());
        CacheFolder.create(folder);
        return folder.resolve("log-positions-" + options.listen().getPort() + ".json");
    }

    private static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException("report: " + folder + " cannot be made (expected: a folder for reports)", e);
        }
    }

    /** Runs while the JVM shuts down. Reports come first: closing the source makes every rank look lost. */
    private static void stop(
            Sidecar sidecar,
            GpuWatch gpus,
            @Nullable LogFollower follower,
            JobDesk desk,
            @Nullable HttpApi api,
            @Nullable WebhookWatch watch,
            Station station) {
        Thread last = new Thread(
                () -> {
                    if (watch != null) {
                        watch.close();
                    }
                    if (follower != null) {
                        follower.close();
                    }
                    desk.closeDown();
                    // What is known is written before the ranks look lost.
                    sidecar.close();
                    gpus.close();
                    if (api != null) {
                        api.close();
                    }
                    station.close();
                },
                "gradwatch-last-reports");
        last.setDaemon(true);
        last.start();
        try {
            last.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // A stop that was asked for is success; without this, the status would say that a signal killed the process.
        Runtime.getRuntime().halt(last.isAlive() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK);
    }
}
