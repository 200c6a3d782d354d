package dev.gradwatch.collector.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gradwatch.collector.jobs.DjlJobs;
import dev.gradwatch.collector.jobs.Launched;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What the agent costs a DJL job of {@value #PARAMETERS} parameters: two JVMs train the same, one of them with the agent and a real collector, and take
 * turns of {@value #TURN} steps, so that a machine's drift takes both alike; who goes first changes with every turn. Rows, medians over {@value #PAIRS}
 * pairs of JVMs with the lowest and the highest: the first step, in which the model is described; the rest of the first {@value #TURN}, which are all
 * watched; all {@value #STEPS}, of which windows are. Two JVMs that do the same differ by some percent, by what their compilers made of it. What is less than that
 * only the agent's own account tells: the time that it measured on the training thread, waits for a processor included, of a job that trains alone, since one
 * that takes turns has steps of twice the time and so twice the budget.
 */
public final class DjlBenchmark {
    private static final int PARAMETERS = 300;
    private static final int STEPS = 4_000;
    private static final int TURN = 50;
    private static final int PAIRS = 5;

    /** The first 50 steps are all watched, and the levels of watching settle in the next. */
    private static final int SETTLED = 300;

    private static final ObjectMapper JSON = new ObjectMapper();

    private DjlBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("gradwatch-djl-bench");
        Path source = DjlJobs.SOURCE.resolveSibling("Turns.java");
        Path classes = DjlJobs.compile(
                folder.resolve("classes"), List.of("-cp", DjlJobs.path(DjlJobs.jars(DjlJobs.NEWEST))), source);
        String address = "127.0.0.1:" + Launched.freePort();
        List<Pair> pairs = new ArrayList<>();
        List<Account> accounts = new ArrayList<>();
        try (Launched collector =
                Launched.start(folder.resolve("collect.log"), Map.of(), DjlJobs.collector(address, folder))) {
            until(() -> collector.hasPrinted("listening on"));
            for (int i = 0; i < PAIRS; i++) {
                pairs.add(pair(classes, "-javaagent:" + DjlJobs.AGENT + "=collector=" + address + ",job=cost-" + i));
            }
        }
        for (int i = 0; i < PAIRS; i++) {
            accounts.add(account(classes, folder.resolve("account-" + i + ".jsonl")));
        }
        say("%,d parameters, %,d steps", PARAMETERS, STEPS);
        say("step without the agent: %s ms", figures(pairs, "%.1f", Pair::stepMillis));
        say("first step, the agent adds: %s ms of the thread's CPU time", figures(pairs, "%+.0f", Pair::firstMillis));
        rows(
                "steps 2 to " + TURN,
                pairs.stream().map(pair -> pair.part(1, TURN)).toList());
        rows("whole job", pairs);
        say("the agent's own account of a job that takes no turns:");
        say("  steps watched                  %s", figures(accounts, "%,.0f", Account::watched));
        say("  whole job                      %s %%", figures(accounts, "%.2f", Account::whole));
        say("  from its first %d steps on     %s %%", SETTLED, figures(accounts, "%.2f", Account::settled));
    }

    private static void rows(String name, List<Pair> pairs) {
        say("%s, the agent adds:", name);
        say(
                "  mean of the thread's CPU time  %s %%",
                figures(pairs, "%+.2f", pair -> 100 * pair.mean(Step::cpuNanos) - 100));
        say(
                "  median of wall time            %s %%",
                figures(pairs, "%+.2f", pair -> 100 * pair.middle(Step::wallNanos) - 100));
        say("  median of the thread's bytes   %s", figures(pairs, "%+,.0f", Pair::bytes));
        say("  mean of the thread's bytes     %s", figures(pairs, "%+,.0f", Pair::meanBytes));
    }

    private static <T> String figures(List<T> of, String format, ToDoubleFunction<T> figure) {
        double[] figures = of.stream().mapToDouble(figure).sorted().toArray();
        double median = (figures[(figures.length - 1) / 2] + figures[figures.length / 2]) / 2;
        return String.format(
                Locale.ROOT,
                format + " (" + format + " to " + format + ")",
                median,
                figures[0],
                figures[figures.length - 1]);
    }

    /** What others do takes its time; nothing is measured meanwhile. */
    private static void until(BooleanSupplier is) {
        while (!is.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static Pair pair(Path classes, String agent) throws IOException {
        Pair pair = new Pair(new ArrayList<>(), new ArrayList<>());
        try (Job bare = new Job(command(classes, List.of()));
                Job watched = new Job(command(classes, List.of(agent)))) {
            for (int turn = 0; turn < STEPS / TURN; turn++) {
                if (turn % 2 == 0) {
                    bare.train(TURN, pair.bare());
                    watched.train(TURN, pair.watched());
                } else {
                    watched.train(TURN, pair.watched());
                    bare.train(TURN, pair.bare());
                }
            }
        }
        return pair;
    }

    private static List<String> command(Path classes, List<String> options) throws IOException {
        List<String> command =
                new ArrayList<>(DjlJobs.command(DjlJobs.NEWEST, classes, "Turns", Integer.toString(PARAMETERS)));
        // A training job runs long enough for the second compiler.
        command.remove("-XX:TieredStopAtLevel=1");
        command.addAll(1, options);
        return command;
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    /** What a watched job that trains alone tells in its Progress, a second at a time. */
    private static Account account(Path classes, Path recording) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Launched.gradwatch(), "run", "--no-http", "--no-gpu", "--record", recording.toString(), "--"));
        command.addAll(command(classes, List.of()));
        try (Job job = new Job(command)) {
            job.train(STEPS, new ArrayList<>());
        }
        List<JsonNode> told = new ArrayList<>();
        for (String line : Files.readAllLines(recording)) {
            JsonNode observation = JSON.readTree(line);
            if (observation.path("kind").asText().equals("RankProgressed")
                    && !observation.path("models").isEmpty()) {
                told.add(observation);
            }
        }
        JsonNode settled = told.stream()
                .filter(one -> one.path("models").path(0).path("backward").asLong() >= SETTLED)
                .findFirst()
                .orElseThrow();
        return new Account(settled, told.get(told.size() - 1));
    }

    /** Progress once the first steps were over, and the last. */
    private record Account(JsonNode first, JsonNode last) {
        double watched() {
            return last.path("models").path(0).path("watched").asDouble();
        }

        double whole() {
            return 100 * watch(last) / wall(last);
        }

        double settled() {
            return 100 * (watch(last) - watch(first)) / (wall(last) - wall(first));
        }

        private static double watch(JsonNode progress) {
            return progress.path("cost").path("watch_nanos").asDouble();
        }

        private static double wall(JsonNode progress) {
            return progress.path("cost").path("wall_nanos").asDouble();
        }
    }

    /** A job that waits to be told of its next steps. */
    private static final class Job implements AutoCloseable {
        private final Process process;
        private final BufferedReader output;

        Job(List<String> command) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("OMP_NUM_THREADS", "1");
            process = builder.start();
            output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        }

        void train(int steps, List<Step> into) throws IOException {
            process.getOutputStream().write(new byte[steps]);
            process.getOutputStream().flush();
            for (int i = 0; i < steps; i++) {
                String line = output.readLine();
                if (line == null) {
                    throw new IOException("the job ended (expected: a line for each step)");
                }
                long[] figures = Arrays.stream(line.split(" ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
                into.add(new Step(figures[0], figures[1], figures[2]));
            }
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }

    /** What a step took; the training thread's processor time and allocation. */
    private record Step(long cpuNanos, long wallNanos, long bytes) {}

    /** The steps of two jobs that took turns. */
    private record Pair(List<Step> bare, List<Step> watched) {
        Pair part(int from, int to) {
            return new Pair(bare.subList(from, to), watched.subList(from, to));
        }

        double stepMillis() {
            return middle(bare, Step::wallNanos) / 1e6;
        }

        double firstMillis() {
            return (watched.get(0).cpuNanos() - bare.get(0).cpuNanos()) / 1e6;
        }

        /** Watched over bare. */
        double mean(ToLongFunction<Step> figure) {
            return mean(watched, figure) / mean(bare, figure);
        }

        double middle(ToLongFunction<Step> figure) {
            return middle(watched, figure) / middle(bare, figure);
        }

        double bytes() {
            return middle(watched, Step::bytes) - middle(bare, Step::bytes);
        }

        double meanBytes() {
            return mean(watched, Step::bytes) - mean(bare, Step::bytes);
        }

        private static double mean(List<Step> steps, ToLongFunction<Step> figure) {
            return steps.stream().mapToLong(figure).average().orElseThrow();
        }

        private static double middle(List<Step> steps, ToLongFunction<Step> figure) {
            long[] figures = steps.stream().mapToLong(figure).sorted().toArray();
            return (figures[(figures.length - 1) / 2] + figures[figures.length / 2]) / 2.0;
        }
    }
}
