package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.child.PipedChild;
import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.sink.store.Store.Retention;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The demo's runs as real jobs: two ranks on gloo, watched as {@code run} does, what they write kept in a file. */
final class DemoJobs implements DemoRuns {
    private static final String FOLDER = "demo";
    private static final String SCRIPT = "train.py";

    /** torch says what is wrong in one very long line. */
    private static final int MAX_WORDS_CHARS = 160;

    private final DemoPython python;
    private final Consumer<String> narrator;
    private final ReporterPackage reporter;
    private final UnpackedFolder folder;
    private final String token;
    private final Sidecar sidecar;

    private DemoJobs(
            DemoPython python,
            Consumer<String> narrator,
            ReporterPackage reporter,
            UnpackedFolder folder,
            String token,
            Sidecar sidecar) {
        this.python = python;
        this.narrator = narrator;
        this.reporter = reporter;
        this.folder = folder;
        this.token = token;
        this.sidecar = sidecar;
    }

    static DemoJobs start(DemoPython python, Consumer<String> narrator) throws IOException {
        ReporterPackage reporter = ReporterPackage.unpack(System.getenv());
        UnpackedFolder folder =
                UnpackedFolder.of("demo", PackedFiles.read(FOLDER, SCRIPT), CacheFolder.of(System.getenv()));
        String token = Tokens.random();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Sidecar sidecar = Sidecar.start(new SidecarOptions(anyPort, token, null));
        return new DemoJobs(python, narrator, reporter, folder, token, sidecar);
    }

    @Override
    public Board show(TemporaryStore store) throws IOException {
        Retention untilClosed = new Retention(TimeUnit.DAYS.toMicros(1), 0);
        return Board.beside(sidecar, Station.open(store.url(), untilClosed, Version.text(), Sidecar::nowMicros));
    }

    @Override
    public JobReport died() throws IOException, InterruptedException {
        return run("died.log", List.of());
    }

    @Override
    public JobReport fixed() throws IOException, InterruptedException {
        return run("fixed.log", List.of("--fix"));
    }

    private JobReport run(String logName, List<String> options) throws IOException, InterruptedException {
        Path log = folder.path().resolve(logName);
        List<String> script =
                new ArrayList<>(List.of(folder.path().resolve(SCRIPT).toString()));
        script.addAll(options);
        narrator.accept("   " + spoken(options) + ", with torch " + python.torch());
        List<String> command = python.twoRanks(folder.path(), freePort(), script);
        String job = JobName.unique(command, LocalDateTime.now(ZoneId.systemDefault()), ThreadLocalRandom.current());
        WatchedJob.Outcome outcome;
        try (OutputStream output = new FileOutputStream(log.toFile())) {
            Map<String, String> environment = new HashMap<>(new ReporterEnvironment(System.getenv())
                    .injecting(reporter)
                    .reportingTo(sidecar.address(), token, job)
                    .trusting(null)
                    .variables());
            // Without it torchrun says for two lines that it sets it.
            environment.putIfAbsent("OMP_NUM_THREADS", "1");
            Launch launch = new Launch(
                    command, environment, (words, variables) -> PipedChild.start(words, variables, output, output));
            outcome = new WatchedJob(job, launch, JobOutput.unread(job)).run(sidecar);
        }
        narrator.accept("   it ended with status " + outcome.exitStatus() + "; what it wrote is in " + log);
        tellTorchsWords(log);
        return outcome.report()
                .orElseThrow(() -> new IOException("demo: no verdict (expected: one; see the log above)"));
    }

    private String spoken(List<String> options) {
        String launcher = python.hasTorchrun() ? "torchrun --nproc-per-node 2 " : "python launch.py PORT ";
        return launcher + SCRIPT + (options.isEmpty() ? "" : " " + String.join(" ", options));
    }

    private void tellTorchsWords(Path log) throws IOException {
        for (String line : new String(Files.readAllBytes(log), StandardCharsets.UTF_8).split("\n", -1)) {
            int at = line.indexOf("RuntimeError: Expected to have finished reduction");
            if (at >= 0) {
                String words = line.substring(at);
                narrator.accept(
                        "   torch says: " + words.substring(0, Math.min(words.length(), MAX_WORDS_CHARS)) + " ...");
                return;
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        sidecar.close();
        reporter.close();
        folder.close();
    }
}
