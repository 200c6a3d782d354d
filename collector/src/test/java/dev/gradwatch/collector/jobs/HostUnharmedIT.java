package dev.gradwatch.collector.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever becomes of the agent or its collector, a program prints on standard output what it prints without the agent, to the byte, and ends as it ends
 * without it; on standard error there is at most a line or two of Gradwatch's.
 */
class HostUnharmedIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOST_LINES = 2;

    @TempDir
    static Path classes;

    @TempDir
    Path folder;

    private final List<Launched> started = new ArrayList<>();
    private int runs;

    @BeforeAll
    static void compile() throws IOException {
        DjlJobs.compile(classes, List.of("-cp", DjlJobs.path(DjlJobs.jars(DjlJobs.OLDEST))), DjlJobs.SOURCE);
    }

    @BeforeEach
    void reports() throws IOException {
        Files.createDirectory(folder.resolve("reports"));
    }

    @AfterEach
    void end() {
        started.forEach(Launched::close);
    }

    @TestFactory
    Stream<DynamicTest> badOptions_trainsOn() throws Exception {
        Ran bare = ran(job("never_called"));
        return Stream.of(
                        "bogus",
                        "collector",
                        "collector=",
                        "collector=nowhere",
                        "collector=127.0.0.1:70000",
                        "collector=127.0.0.1:x,job=a",
                        "budget=-1",
                        "budget=much",
                        "tls-ca=/does/not/exist.pem",
                        "token-file=/does/not/exist",
                        ",,,=",
                        "job=" + "x".repeat(10_000))
                .map(options -> DynamicTest.dynamicTest(
                        options.length() > 40 ? options.substring(0, 40) : options,
                        () -> assertUnharmed(bare, ran(with(agent(options), job("never_called"))))));
    }

    @Test
    void noOptionsAtAll_trainsOn() throws Exception {
        assertUnharmed(
                ran(job("never_called")), ran(with(List.of("-javaagent:" + DjlJobs.AGENT), job("never_called"))));
    }

    @Test
    void noCollector_trainsOn() throws Exception {
        assertUnharmed(
                ran(job("never_called")),
                ran(with(agent("collector=127.0.0.1:" + Launched.freePort()), job("never_called"))));
    }

    @Test
    void noCollectorForLong_isSaidOnce() throws Exception {
        Ran bare = answered(launch(job("never_called", "--steps", "60", "--wait", "30")), () -> {});
        String address = "127.0.0.1:" + Launched.freePort();
        Running running =
                launch(with(agent("collector=" + address), job("never_called", "--steps", "60", "--wait", "30")));
        String said = "gradwatch: collector " + address + ": no answer";
        Ran watched = answered(
                running,
                () -> await().atMost(PATIENCE)
                        .until(() -> Files.readString(running.errors()).contains(said)));
        assertUnharmed(bare, watched);
        assertThat(watched.errors()).containsOnlyOnce(said);
    }

    @Test
    void collectorKilledMidway_trainsOn() throws Exception {
        Ran bare = answered(launch(job("never_called", "--steps", "60", "--wait", "30")), () -> {});
        Collector collector = collect();
        Ran watched = answered(
                launch(with(
                        agent("collector=" + collector.address()),
                        job("never_called", "--steps", "60", "--wait", "30"))),
                collector.process()::kill);
        assertUnharmed(bare, watched);
    }

    @Test
    void collectorStartedMidway_isToldAllTheSame() throws Exception {
        String address = "127.0.0.1:" + Launched.freePort();
        Ran bare = answered(launch(job("never_called", "--steps", "60", "--wait", "30")), () -> {});
        Ran watched = answered(
                launch(with(
                        agent("collector=" + address + ",job=late"),
                        job("never_called", "--steps", "60", "--wait", "30"))),
                () -> collect(address));
        assertUnharmed(bare, watched);
        assertTold("late", "never_called");
    }

    @Test
    void agentGivenTwice_reportsOnce() throws Exception {
        Collector collector = collect();
        List<String> agent = agent("collector=" + collector.address() + ",job=twice");
        assertUnharmed(ran(job("never_called")), ran(with(agent, with(agent, job("never_called")))));
        assertTold("twice", "never_called");
    }

    /** A build tool's class path wins over the agent's own jar, so the classes there may lack what the agent brings. */
    @Test
    void thinAgentOnTheClassPath_trainsOn() throws Exception {
        List<String> command = new ArrayList<>(job("never_called"));
        int at = command.indexOf("-cp") + 1;
        command.set(at, DjlJobs.THIN_AGENT + ":" + command.get(at));
        assertUnharmed(ran(command), ran(with(agent("collector=" + collect().address()), command)));
    }

    @Test
    void applicationOnTheModulePath_isWatched() throws Exception {
        List<Path> modules = new ArrayList<>();
        List<Path> rest = new ArrayList<>();
        for (Path jar : DjlJobs.jars(DjlJobs.NEWEST)) {
            // Those of commons lack what their module-info asks for, and the name in the native code's manifest is no
            // module's.
            boolean isModule = !jar.getFileName().toString().matches("commons-.*|pytorch-native-.*");
            (isModule ? modules : rest).add(jar);
        }
        Path sources = Files.createDirectories(folder.resolve("sources/jobs"));
        Path descriptor =
                Files.writeString(sources.resolveSibling("module-info.java"), "module jobs { requires ai.djl.api; }");
        Path source =
                Files.writeString(sources.resolve("Jobs.java"), "package jobs;\n" + Files.readString(DjlJobs.SOURCE));
        modules.add(
                DjlJobs.compile(folder.resolve("module"), List.of("-p", DjlJobs.path(modules)), descriptor, source));
        List<String> command = new ArrayList<>(List.of(DjlJobs.java()));
        command.addAll(DjlJobs.options());
        command.addAll(List.of(
                "-p",
                DjlJobs.path(modules),
                "--add-modules",
                "ALL-MODULE-PATH",
                "-cp",
                DjlJobs.path(rest),
                "-m",
                "jobs/jobs.Jobs",
                "never_called"));
        assertUnharmed(ran(command), ran(with(agent("collector=" + collect().address() + ",job=module"), command)));
        assertTold("module", "never_called");
    }

    @TestFactory
    Stream<DynamicTest> job_onAnotherJava() {
        return Stream.of("11", "25")
                .map(version -> DynamicTest.dynamicTest(version, () -> {
                    List<String> command = new ArrayList<>(job("never_called"));
                    command.set(0, javaOf(version));
                    String job = "java-" + version;
                    assertUnharmed(
                            ran(command),
                            ran(with(agent("collector=" + collect().address() + ",job=" + job), command)));
                    assertTold(job, "never_called");
                }));
    }

    @TestFactory
    Stream<DynamicTest> end_isTheJobsOwn() throws Exception {
        return Stream.of("exits", "throws", "unclosed", "other_thread", "predicts", "gan", "easy_train", "devices")
                .map(job -> DynamicTest.dynamicTest(
                        job,
                        () -> assertUnharmed(
                                ran(job(job)),
                                ran(with(agent("collector=" + collect().address()), job(job))))));
    }

    @Test
    void agentAttachedMidway_isUnnoticedByTheJob() throws Exception {
        Ran bare = answered(launch(job("never_called", "--steps", "60", "--wait", "30")), () -> {});
        Collector collector = collect();
        Running running = launch(job("never_called", "--steps", "60", "--wait", "30"));
        Ran watched = answered(running, () -> {
            Launched attach = Launched.start(
                    folder.resolve("attach.log"),
                    Map.of(),
                    List.of(
                            Launched.gradwatch(),
                            "attach",
                            "--collector",
                            collector.address(),
                            "--job",
                            "attached",
                            Long.toString(running.process().pid())));
            started.add(attach);
            assertThat(attach.await()).as(attach.printed()).isZero();
        });
        assertUnharmed(bare, watched);
        assertTold("attached", "never_called");
    }

    @Test
    void programWithoutDjl_isLeftAlone() throws Exception {
        Path source = Files.writeString(
                folder.resolve("Plain.java"),
                "class Plain { public static void main(String[] args) { System.out.println(\"plain\"); System.exit(4); } }");
        List<String> command = List.of(
                DjlJobs.java(),
                "-cp",
                DjlJobs.compile(folder.resolve("plain"), List.of(), source).toString(),
                "Plain");
        Ran bare = ran(command);
        Ran watched = ran(with(agent("collector=127.0.0.1:" + Launched.freePort()), command));
        assertThat(watched).isEqualTo(bare);
        assertThat(bare.status()).isEqualTo(4);
    }

    // --- What it takes

    private void assertUnharmed(Ran bare, Ran watched) {
        assertThat(watched.output())
                .as(watched.errors())
                .isEqualTo(bare.output())
                .isNotEmpty();
        assertThat(watched.status()).as(watched.errors()).isEqualTo(bare.status());
        List<String> added = new ArrayList<>(watched.errors().lines().toList());
        bare.errors().lines().forEach(added::remove);
        assertThat(added).allMatch(line -> line.startsWith("gradwatch: ")).hasSizeLessThanOrEqualTo(MOST_LINES);
    }

    /** Waits until the collector, which it stops so that it writes its reports, has seen that job. */
    private void assertTold(String job, String cause) throws Exception {
        Path report = folder.resolve("reports").resolve(job + ".json");
        await().atMost(PATIENCE).until(() -> Files.exists(report));
        assertThat(JSON.readTree(report.toFile()).path("findings").findValuesAsText("cause"))
                .containsOnlyOnce(cause);
    }

    private static List<String> job(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(DjlJobs.command(DjlJobs.NEWEST, classes, "Jobs"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> agent(String options) {
        return List.of("-javaagent:" + DjlJobs.AGENT + "=" + options);
    }

    /** {@code java} with these options before its others. */
    private static List<String> with(List<String> options, List<String> command) {
        List<String> all = new ArrayList<>(command);
        all.addAll(1, options);
        return all;
    }

    /** Where package managers and SDK managers put a Java. */
    private static String javaOf(String version) throws IOException {
        for (Path parent : List.of(
                Path.of("/usr/lib/jvm"),
                Path.of("/opt"),
                Path.of(System.getProperty("user.home"), ".sdkman/candidates/java"))) {
            if (!Files.isDirectory(parent)) {
                continue;
            }
            try (Stream<Path> homes = Files.list(parent)) {
                for (Path home : homes.sorted().toList()) {
                    Path release = home.resolve("release");
                    if (Files.isExecutable(home.resolve("bin/java"))
                            && Files.exists(release)
                            && Files.readString(release)
                                    .lines()
                                    .anyMatch(line -> line.matches("JAVA_VERSION=\"" + version + "[.\"].*"))) {
                        return home.resolve("bin/java").toString();
                    }
                }
            }
        }
        return abort("no Java " + version + " in /usr/lib/jvm (expected: one, for this test)");
    }

    private Collector collect() throws IOException {
        return collect("127.0.0.1:" + Launched.freePort());
    }

    private Collector collect(String address) throws IOException {
        Launched process = Launched.start(
                folder.resolve("collect-" + started.size() + ".log"),
                Map.of(),
                DjlJobs.collector(address, folder.resolve("reports")));
        started.add(process);
        await().atMost(PATIENCE).until(() -> process.hasPrinted("listening on"));
        return new Collector(process, address);
    }

    private Ran ran(List<String> command) throws Exception {
        return launch(command).end();
    }

    private Running launch(List<String> command) throws IOException {
        runs++;
        Path errors = folder.resolve("errors-" + runs);
        Launched process = Launched.start(folder.resolve("output-" + runs), errors, Map.of(), command);
        started.add(process);
        return new Running(process, errors);
    }

    /** Does something while the job waits. */
    private static Ran answered(Running job, Meanwhile meanwhile) throws Exception {
        await().atMost(PATIENCE).until(() -> job.process().hasPrinted("waiting at step"));
        meanwhile.act();
        job.process().answer();
        return job.end();
    }

    private interface Meanwhile {
        void act() throws Exception;
    }

    private record Collector(Launched process, String address) {}

    private record Running(Launched process, Path errors) {
        Ran end() throws Exception {
            int status = process.await();
            return new Ran(status, process.printed(), Files.readString(errors));
        }
    }

    private record Ran(int status, String output, String errors) {}
}
