package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.child.ChildStarter;
import dev.gradwatch.collector.cli.child.CommandNotStarted;
import dev.gradwatch.collector.cli.child.Executable;
import dev.gradwatch.collector.cli.child.PipedChild;
import dev.gradwatch.collector.cli.child.TerminalChild;
import dev.gradwatch.collector.sink.store.Store.Retention;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.source.log.Signatures;
import dev.gradwatch.collector.source.log.follow.LogFollower;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gradwatch run}: a training command with the reporter injected and a collector beside it; the verdict at its end. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Runs a training command, watches it, and says at its end which parameters got no gradient, on which ranks, why, and what to do.",
            "The command's own output passes through unchanged; the verdict goes to stderr. Exits as the command did.",
            "java is started with the Java agent, which watches DJL. For JVMs that mvn, gradle or a script starts:"
                    + " JAVA_TOOL_OPTIONS=-javaagent:$GRADWATCH_AGENT, where the command finds GRADWATCH_AGENT in its environment.",
            "GRADWATCH_DISABLE=1 leaves out reporter and agent."
        },
        footer = {
            "",
            "Example: gradwatch run -- torchrun --nproc-per-node 2 train.py --epochs 3",
            "         gradwatch run -- java -cp app.jar:lib/* Train"
        })
final class RunCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "CMD", description = "The command and its arguments; put -- before it.")
    private List<String> command = List.of();

    @Mixin
    private JobOptions asked = new JobOptions();

    @Option(
            names = "--pty",
            description =
                    "Give the command a terminal of its own, for progress bars and debuggers; its stderr then comes with its stdout.")
    private boolean pty;

    @Mixin
    private ListenOptions listening = new ListenOptions();

    @Mixin
    private PageOptions page = new PageOptions();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Mixin
    private LogOptions logs = new LogOptions();

    @Mixin
    private GpuOptions gpu = new GpuOptions();

    /** What java is to load; null for nothing. */
    private @Nullable AgentJar agent;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            check();
            return run();
        } catch (CommandNotStarted notStarted) {
            say(notStarted.getMessage());
            return notStarted.exitStatus();
        }
    }

    private void check() throws IOException {
        Executable.find(command.get(0));
        asked.check(commandLine());
        GpuOptions.Chosen unusedGpu = gpu.chosen();
        Retention unusedRetention = store.retention();
        if (!ChatOptions.of(listening.config, commandLine()).webhooks().isEmpty()) {
            say("webhooks: not told of a run (expected: collect, and run --collector)");
        }
    }

    private int run() throws IOException, InterruptedException {
        ReporterEnvironment environment = new ReporterEnvironment(System.getenv()).spending(asked.budget);
        try (ReporterPackage reporter = ReporterPackage.unpack(System.getenv());
                AgentJar found =
                        isDisabled() || !JavaCommand.mayBe(command) ? null : AgentJar.unpack(System.getenv())) {
            environment.injecting(reporter).naming(found);
            agent = found;
            if (found == null && !isDisabled() && JavaCommand.is(command)) {
                say(AgentJar.MISSING + "; java runs unwatched");
            }
            String id = asked.id(command);
            return asked.collector == null
                    ? runBesideSidecar(environment, id)
                    : runFarFrom(asked.collector, environment, id);
        } catch (CannotWatch e) {
            // Nothing that the user asked for: the job is worth more than the watching.
            say(e.getMessage() + "; the command runs unwatched");
            return new Launch(command, new ReporterEnvironment(System.getenv()).variables(), starter()).run();
        }
    }

    private static boolean isDisabled() {
        return "1".equals(System.getenv("GRADWATCH_DISABLE"));
    }

    private int runFarFrom(InetSocketAddress collector, ReporterEnvironment environment, String id)
            throws IOException, InterruptedException {
        say("job " + id + " reports to " + ReporterEnvironment.address(collector) + ", which gives the verdict");
        environment.reportingTo(collector, listening.token(), id).trusting(asked.tlsCa);
        Supplier<Signatures> signatures = logs.load();
        try (DistantJob far = distant(collector, id)) {
            JobOutput output = new JobOutput(id, signatures, far::accept);
            Launch launch = new Launch(command, environment.variables(), starter(output));
            try (LogFollower follower = logs.follow(JobLogs.ofOne(id, signatures, far::accept), null)) {
                return far.run(launch, output.with(follower));
            }
        }
    }

    private DistantJob distant(InetSocketAddress collector, String id) throws IOException {
        try {
            return DistantJob.start(id, node.target(collector, listening.token(), asked.tlsCa), this::say);
        } catch (RuntimeException | LinkageError e) {
            throw new CannotWatch(e);
        }
    }

    private int runBesideSidecar(ReporterEnvironment environment, String id) throws IOException, InterruptedException {
        String token = listening.tokenForOneJob();
        Supplier<Signatures> signatures = logs.load();
        SidecarOptions options = new SidecarOptions(listening.listenForOneJob(), token, listening.record)
                .with(gpu.chosen().thresholds());
        try (Sidecar sidecar = start(options);
                GpuWatch gpus = GpuWatch.start(gpu.chosen(), sidecar.jobs());
                RunBoard board =
                        new RunBoard(id, sidecar, gpus::latest, listening.noHttp ? null : page, store, this::say)) {
            board.start();
            environment.reportingTo(sidecar.address(), token, id).trusting(null);
            JobOutput output = new JobOutput(id, signatures, sidecar::accept);
            Launch launch = new Launch(command, environment.variables(), starter(output));
            try (LogFollower follower = logs.follow(JobLogs.ofOne(id, signatures, sidecar::accept), null)) {
                WatchedJob.Outcome outcome = new WatchedJob(id, launch, output.with(follower)).run(sidecar);
                if (outcome.report().isPresent()) {
                    LastWord last = new LastWord(
                            new RunReport(asked.report), System.err, Terminal.ofStandardError(System.getenv()));
                    last.tell(outcome.report().get(), board);
                }
                return outcome.exitStatus();
            }
        }
    }

    private Sidecar start(SidecarOptions options) throws IOException {
        try {
            return Sidecar.start(options);
        } catch (IOException e) {
            if (listening.listen != null || listening.record != null) {
                throw e;
            }
            throw new CannotWatch(e);
        } catch (RuntimeException | LinkageError e) {
            throw new CannotWatch(e);
        }
    }

    /** As {@link #starter()}, with what the command writes read along. */
    private ChildStarter starter(JobOutput output) {
        OutputStream out = output.along("stdout", new FileOutputStream(FileDescriptor.out));
        return pty
                ? (words, variables) -> TerminalChild.start(loading(words), variables, out)
                : (words, variables) -> PipedChild.start(
                        loading(words),
                        variables,
                        out,
                        output.along("stderr", new FileOutputStream(FileDescriptor.err)));
    }

    /** The command as it is started; it is told of as its user wrote it. */
    private List<String> loading(List<String> words) {
        return agent == null ? words : JavaCommand.with(agent.path(), words);
    }

    private ChildStarter starter() {
        return pty ? TerminalChild::start : PipedChild::start;
    }

    private CommandLine commandLine() {
        return spec.commandLine();
    }

    private void say(@Nullable String line) {
        commandLine().getErr().println("gradwatch: " + line);
    }
}
