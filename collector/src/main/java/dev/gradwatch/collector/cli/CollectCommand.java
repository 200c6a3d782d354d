package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Channels;
import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import dev.gradwatch.collector.sink.webhook.Links;
import dev.gradwatch.collector.source.log.Signatures;
import dev.gradwatch.collector.source.log.follow.LogFollower;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
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

    @Mixin
    ListenOptions listen = new ListenOptions();

    @Mixin
    TlsOptions tls = new TlsOptions();

    @Mixin
    UpstreamOptions upstream = new UpstreamOptions();

    @Mixin
    PageOptions page = new PageOptions();

    @Mixin
    StoreOptions store = new StoreOptions();

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
        // Two collectors of one user keep their own, by where they listen.
        String url = store.url("jobs-" + options.listen().getPort() + ".db");
        ChatOptions chat = ChatOptions.of(listen.config, spec.commandLine());
        Station station = Station.open(url, store.retention(), Version.text(), Sidecar::nowMicros);
        Channels channels = station.channels();
        channels.configure(chat.webhooks());
        Sidecar sidecar = Sidecar.start(
                options,
                new Keeping(station.recollection(), station::whenWritten),
                upstream.upstream(line -> err.println("gradwatch: " + line)));
        Board board = Board.beside(sidecar, station);
        GpuWatch gpus = GpuWatch.start(gpu.chosen(), sidecar.jobs());
        station.gpus(gpus::latest);
        JobDesk desk = new JobDesk(
                sidecar.jobs(),
                reports,
                new VerdictPrinter(Terminal.ofStandardOutput(System.getenv())),
                board,
                spec.commandLine().getOut(),
                err);
        sidecar.jobs().addListener(desk);
        ServedPage served = listen.noHttp
                ? null
                : board.show(shown -> page.serve(shown, board.meters(), tls.files(), tls.newToken));
        String reachable = page.reachable(served);
        channels.start(new Links(reachable));
        WebhookWatch watch = chat.watch(channels::configure, line -> err.println("gradwatch: " + line));
        LogFollower follower = logs.follow(
                JobLogs.ofMany(new LogJobName(sidecar.jobs()::ids), signatures, sidecar::accept, station::flush),
                positions(options));
        Stay.closing(() -> {
            if (watch != null) {
                watch.close();
            }
            close(sidecar, gpus, follower, desk, board);
        });
        // The host as it was asked for: a socket bound to 0.0.0.0 calls itself by another name.
        err.println("gradwatch: listening on "
                + AddressConverter.text(options.listen(), sidecar.address().getPort()));
        for (String line : TokenLines.of(options, options.listen())) {
            err.println("gradwatch: " + line);
        }
        if (served != null) {
            err.println("gradwatch: serving " + served.url());
            served.tokenLines().forEach(line -> err.println("gradwatch: " + line));
        }
        if (!chat.webhooks().isEmpty()) {
            err.println("gradwatch: webhooks: " + WebhookWatch.named(chat.webhooks()) + "; their links lead to "
                    + reachable);
        }
        Stay.forGood();
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

    /** Reports come first: closing the source makes every rank look lost. */
    private static void close(
            Sidecar sidecar, GpuWatch gpus, @Nullable LogFollower follower, JobDesk desk, Board board) {
        if (follower != null) {
            follower.close();
        }
        desk.closeDown();
        // What is known is written before the ranks look lost.
        sidecar.close();
        gpus.close();
        board.close();
    }
}
