package dev.gradwatch.collector.bench;

import dev.gradwatch.collector.source.log.follow.FollowOptions;
import dev.gradwatch.collector.source.log.follow.FollowedText;
import dev.gradwatch.collector.source.log.follow.LogFollower;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What following costs: gigabytes a second of a large file that is in memory already, beside a loop that only reads it; and the share of a core that ten
 * thousand files take to which nobody writes, by events and by looking only.
 */
public final class FollowBenchmark {
    private static final int ROUNDS = 7;
    private static final int LARGE_BYTES = 1 << 30;
    private static final int CHUNK_BYTES = 256 << 10;
    private static final int FILES = 10_000;
    private static final Duration SETTLED = Duration.ofSeconds(60);
    private static final Duration WATCHED = Duration.ofSeconds(60);

    private FollowBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("gradwatch-follow-");
        try {
            throughput(folder);
            for (int folders : new int[] {20, 2_000}) {
                Path logs = logs(folder.resolve("logs-" + folders), folders);
                idle(folder, logs, folders, FollowOptions.DEFAULTS, "events and looking");
                idle(folder, logs, folders, FollowOptions.DEFAULTS.withoutEvents(), "looking only");
            }
        } finally {
            delete(folder);
        }
    }

    private static void throughput(Path folder) throws Exception {
        Path file = folder.resolve("large.log");
        byte[] line = "2026-11-24 21:42:22,613 epoch 3 step 1200 loss 0.1234 grad_norm 1.234\n".getBytes("US-ASCII");
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int i = 0; i < chunk.length; i++) {
            chunk[i] = line[i % line.length];
        }
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int written = 0; written < LARGE_BYTES; written += chunk.length) {
                out.write(ByteBuffer.wrap(chunk));
            }
        }
        double[] plain = new double[ROUNDS];
        double[] followed = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            plain[round] = LARGE_BYTES / (double) read(file);
            followed[round] = LARGE_BYTES / (double) follow(file);
        }
        System.out.printf(
                Locale.ROOT,
                "large file   read %.2f GB/s   followed %.2f GB/s   ratio %.2f   (medians of %d)%n",
                median(plain),
                median(followed),
                median(followed) / median(plain),
                ROUNDS);
        Files.delete(file);
    }

    private static long read(Path file) throws IOException {
        long start = System.nanoTime();
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer.clear()) > 0) {
                continue;
            }
        }
        return System.nanoTime() - start;
    }

    private static long follow(Path file) throws InterruptedException {
        try (LogFollower follower = new LogFollower(
                List.of(file.toString()), (path, from) -> new Dropped(), null, FollowOptions.DEFAULTS)) {
            long start = System.nanoTime();
            follower.start();
            if (!follower.catchUp(Duration.ofMinutes(1)) || follower.counts().bytes() != LARGE_BYTES) {
                throw new IllegalStateException("not all was read: " + follower.counts());
            }
            return System.nanoTime() - start;
        }
    }

    private static Path logs(Path root, int folders) throws IOException {
        byte[] content = new byte[1 << 10];
        Arrays.fill(content, (byte) '\n');
        for (int i = 0; i < FILES; i++) {
            Path folder = Files.createDirectories(root.resolve("run-" + i % folders));
            Files.write(folder.resolve(i + ".log"), content);
        }
        return root;
    }

    private static void idle(Path state, Path logs, int folders, FollowOptions options, String how)
            throws InterruptedException {
        try (LogFollower follower = new LogFollower(
                List.of(logs + "/**/*.log"), (path, from) -> new Dropped(), state.resolve("positions"), options)) {
            follower.start();
            follower.catchUp(Duration.ofMinutes(1));
            TimeUnit.NANOSECONDS.sleep(SETTLED.toNanos());
            long processBefore = processNanos();
            long threadBefore = threadNanos();
            TimeUnit.NANOSECONDS.sleep(WATCHED.toNanos());
            System.out.printf(
                    Locale.ROOT,
                    "%,d idle files in %,5d folders, %-18s   thread %.2f %%   process %.2f %% of a core over %d s%n",
                    follower.counts().following(),
                    folders,
                    how,
                    100.0 * (threadNanos() - threadBefore) / WATCHED.toNanos(),
                    100.0 * (processNanos() - processBefore) / WATCHED.toNanos(),
                    WATCHED.toSeconds());
        }
    }

    private static long processNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long threadNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().equals("gradwatch-log-follower"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** A text of which nobody wants anything. */
    private static final class Dropped implements FollowedText {
        private long offset;

        @Override
        public void append(byte[] bytes, int at, int length) {
            offset += length;
        }

        @Override
        public void idle() {}

        @Override
        public void end() {}

        @Override
        public Position resumable() {
            return new Position(offset, 0);
        }
    }
}
