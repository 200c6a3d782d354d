package dev.gradwatch.collector.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How fast {@code gradwatch diagnose} reads a gigabyte, the whole process with its start, beside {@code rg -j1 -c -F -f literals} on the same file.
 * Both on one processor, in turn. The log is made of ordinary training output, with the captured logs of real jobs strewn in.
 */
public final class LogReadBenchmark {
    private static final long BYTES = 1_000_000_000;
    private static final int ORDINARY_LINES = 20_000;
    private static final int ROUNDS = 5;

    private LogReadBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of("").toAbsolutePath().endsWith("collector") ? Path.of("..") : Path.of(".");
        Path log = root.resolve("collector/target/bench-1g.log");
        Path literals = root.resolve("collector/target/bench-literals.txt");
        write(log, root.resolve("collector/src/test/resources/logs"));
        List<String> gradwatch = onOneProcessor(root.resolve("gradwatch").toString(), "diagnose", log.toString());
        run(onOneProcessor(root.resolve("gradwatch").toString(), "diagnose", "--literals"), literals);
        List<String> rg = onOneProcessor("rg", "-j1", "-c", "-F", "-f", literals.toString(), log.toString());
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
            double ours = run(gradwatch, null);
            double theirs = run(rg, null);
            System.out.printf(
                    Locale.ROOT,
                    "%s  gradwatch %.2f s (%.2f GB/s)   rg %.2f s (%.2f GB/s)   rg / gradwatch %.2f%n",
                    round == 0 ? "warm-up" : "round " + round,
                    ours,
                    BYTES / 1e9 / ours,
                    theirs,
                    BYTES / 1e9 / theirs,
                    theirs / ours);
            if (round > 0) {
                ratios.add(theirs / ours);
            }
        }
        ratios.sort(null);
        System.out.printf(Locale.ROOT, "median  rg / gradwatch %.2f (goal: 1.00)%n", ratios.get(ratios.size() / 2));
        Files.delete(log);
    }

    private static List<String> onOneProcessor(String... command) {
        List<String> all = new ArrayList<>(List.of("taskset", "-c", "0"));
        all.addAll(List.of(command));
        return all;
    }

    private static double run(List<String> command, Path output) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectOutput(output == null ? Redirect.DISCARD : Redirect.to(output.toFile()))
                .redirectError(Redirect.INHERIT)
                .start();
        process.waitFor();
        return (System.nanoTime() - began) / 1e9;
    }

    private static void write(Path log, Path captured) throws IOException {
        List<byte[]> real = new ArrayList<>();
        try (Stream<Path> files = Files.walk(captured)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                real.add(Files.readAllBytes(file));
            }
        }
        Random random = new Random(7);
        long written = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), 1 << 20)) {
            for (int block = 0; written < BYTES; block++) {
                StringBuilder text = new StringBuilder();
                for (int line = 0; line < ORDINARY_LINES; line++) {
                    ordinary(text, block * ORDINARY_LINES + line, random);
                }
                byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
                byte[] job = real.get(random.nextInt(real.size()));
                out.write(bytes);
                out.write(job);
                written += bytes.length + job.length;
            }
        }
    }

    /** A line as loggers, progress bars and trainers print it. */
    private static void ordinary(StringBuilder text, int step, Random random) {
        String line = switch (step % 6) {
            case 0, 1 ->
                "2026-11-22 03:07:%02d,123 - INFO - trainer - epoch %d step %d loss %.4f lr %.2e grad_norm %.3f throughput %.1f img/s%n";
            case 2 ->
                "Epoch %2$d: %1$3d%%|##########          | %3$d/1000 [00:12<01:22,  3.10it/s, v_num=0, train_loss=%4$.3f, val_loss=%5$.3f]%n";
            case 3 -> "{'loss': %4$.4f, 'grad_norm': %6$.3f, 'learning_rate': %5$.2e, 'epoch': %2$d}%n";
            case 4 ->
                "[2026-11-22 03:07:%1$02d] INFO data loader: loaded case_%3$05d.nii.gz shape (1, 160, 192, 192) in %4$.3f s, cache %2$d of 4096%n";
            default -> "[rank3]: step %3$d forward %6$.2f ms backward %7$.2f ms optimizer %4$.2f ms memory 24112 MiB%n";
        };
        text.append(String.format(
                Locale.ROOT,
                line,
                step % 60,
                step / 1000,
                step,
                random.nextDouble(),
                random.nextDouble() * 1e-3,
                random.nextDouble() * 40,
                random.nextDouble() * 500));
    }
}
