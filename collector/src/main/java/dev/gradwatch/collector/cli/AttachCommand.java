package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.attach.RunningJvm;
import dev.gradwatch.collector.cli.attach.TokenForAgent;
import dev.gradwatch.collector.cli.child.StopSignals;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.sink.terminal.Terminal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gradwatch attach}: the Java agent into a trainer that runs, and a collector beside it; the verdict at its end. */
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Loads the Java agent into a running JVM that trains by DJL, and watches it from its next step on.",
            "Waits until the JVM ends, or until Ctrl-C, which leaves it running unwatched; then gives the verdict as run does."
        },
        footer = {
            "",
            "The JVM must be this user's, on this machine, and this Java a JDK. From Java 21 on the JVM warns on its stderr that an agent was loaded.",
            "Example: gradwatch attach $(jps -l | awk '/Train/ {print $1}')"
        })
final class AttachCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PID", description = "The JVM's process id, as jps shows it.")
    private long pid;

    @Mixin
    private JobOptions asked = new JobOptions();

    @Mixin
    private ListenOptions listening = new ListenOptions();

    @Mixin
    private PageOptions page = new PageOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Mixin
    private GpuOptions gpu = new GpuOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        RunningJvm jvm = RunningJvm.of(pid);
        try (AgentJar agent = AgentJar.unpack(System.getenv())) {
            if (agent == null) {
                throw new IOException(AgentJar.MISSING);
            }
            String id = asked.id(jvm.command());
            if (asked.collector == null) {
                watch(jvm, agent, id);
            } else {
                load(jvm, agent, id, asked.collector, listening.token());
                say("job " + id + " reports to " + ReporterEnvironment.address(asked.collector)
                        + ", which gives the verdict");
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private void check() throws IOException {
        asked.check(spec.commandLine());
        withoutComma("job", asked.job);
        withoutComma("tls-ca", asked.tlsCa);
        GpuOptions.Chosen unusedGpu = gpu.chosen();
        Retention unusedRetention = store.retention();
    }

    /** The agent's options stand in one string, a comma between two. */
    private void withoutComma(String name, @Nullable String value) {
        if (value != null && value.contains(",")) {
            throw new ParameterException(
                    spec.commandLine(), name + ": " + value + " (expected: a name without a comma)");
        }
    }

    private void watch(RunningJvm jvm, AgentJar agent, String id) throws IOException, InterruptedException {
        String token = listening.tokenForOneJob();
        SidecarOptions options = new SidecarOptions(listening.listenForOneJob(), token, listening.record)
                .with(gpu.chosen().thresholds());
        try (Sidecar sidecar = Sidecar.start(options);
                GpuWatch gpus = GpuWatch.start(gpu.chosen(), sidecar.jobs());
                RunBoard board =
                        new RunBoard(id, sidecar, gpus::latest, listening.noHttp ? null : page, store, this::say);
                StopSignals stop = StopSignals.install()) {
            board.start();
            sidecar.accept(new JobStarted(id, Sidecar.nowMicros(), JobName.script(jvm.command()), jvm.command()));
            load(jvm, agent, id, sidecar.address(), token);
            say("job " + id + ": watching " + jvm.pid() + " until it ends; Ctrl-C leaves it running, unwatched");
            CompletableFuture<ProcessHandle> ended = jvm.ended();
            CompletableFuture.anyOf(ended, stop.received()).join();
            if (ended.isDone()) {
                sidecar.jobs().awaitRanksGone(id, WatchedJob.LAST_FRAMES);
                sidecar.accept(new JobEnded(id, Sidecar.nowMicros(), null));
            }
            LastWord last =
                    new LastWord(new RunReport(asked.report), System.out, Terminal.ofStandardOutput(System.getenv()));
            Optional<JobReport> seen = sidecar.jobs().report(id);
            if (seen.isPresent()) {
                last.tell(seen.get(), board);
            }
        }
    }

    private void load(RunningJvm jvm, AgentJar agent, String id, InetSocketAddress to, @Nullable String token)
            throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("collector", ReporterEnvironment.address(to));
        options.put("job", id);
        String cost = asked.budget != null ? asked.budget.text() : System.getenv("GRADWATCH_BUDGET");
        if (cost != null && !cost.isBlank()) {
            options.put("budget", cost.strip());
        }
        if (asked.collector != null && asked.tlsCa != null) {
            options.put("tls-ca", TrustedCa.everywhere(asked.tlsCa));
        }
        try (TokenForAgent file = TokenForAgent.of(token)) {
            if (file.file() != null) {
                options.put("token-file", file.file().toString());
            }
            jvm.load(
                    agent.path(),
                    options.entrySet().stream()
                            .map(option -> option.getKey() + "=" + option.getValue())
                            .collect(Collectors.joining(",")));
        }
    }

    private void say(@Nullable String line) {
        spec.commandLine().getErr().println("gradwatch: " + line);
    }
}
