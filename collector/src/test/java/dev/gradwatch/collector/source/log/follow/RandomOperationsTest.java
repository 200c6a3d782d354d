package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens to files and in whatever order, what was written to each arrives once and in its order, unless it was destroyed unread. */
class RandomOperationsTest {
    private static final int OPERATIONS = 400;
    private static final int NAMES = 3;
    private static final int ROTATIONS = 3;

    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final Map<Object, StringBuilder> written = new HashMap<>();
    private final Map<Object, StringBuilder> read = new HashMap<>();
    private final List<String> log = new ArrayList<>();
    private Path logs = Path.of("");
    private int serial;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("seeds", 20));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everything_arrivesOnce_whereRotatedNamesAreMeantToo(long seed) throws IOException {
        operate(new Random(seed), "*");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everything_arrivesOnce_whereRotatedNamesAreNotMeant(long seed) throws IOException {
        operate(new Random(seed), "*.log");
    }

    private void operate(Random random, String glob) throws IOException {
        logs = Files.createDirectory(folder.resolve("logs"));
        boolean all = glob.equals("*");
        Driven follower = follow(glob, random);
        for (int i = 0; i < OPERATIONS; i++) {
            Path file = logs.resolve(random.nextInt(NAMES) + ".log");
            switch (random.nextInt(12)) {
                case 0 -> {
                    if (!all) {
                        // A file that comes and goes between two looks is never known.
                        follower.catchUp();
                        if (Files.exists(file)) {
                            append(file, random);
                        }
                    }
                    rotate(file);
                }
                case 1 -> {
                    follower.catchUp();
                    truncate(file, random);
                }
                case 2 -> {
                    follower.catchUp();
                    vanish(file);
                }
                case 3 -> {
                    log.add("restart");
                    follower.close();
                    if (random.nextBoolean()) {
                        rotate(file);
                        append(file, random);
                    }
                    follower = follow(glob, random);
                }
                case 4, 5, 6 -> {
                    log.add("pass");
                    follower.live(Duration.ofMillis(random.nextInt(3_000)));
                }
                case 7 -> follower.pass(Driven.WALK);
                case 8 -> {
                    if (all && Files.exists(rotated(file, 1))) {
                        append(rotated(file, 1), random);
                    }
                }
                default -> append(file, random);
            }
        }
        follower.catchUp();
        follower.close();
        assertThat(differences()).as(() -> "of " + log).isEmpty();
    }

    /** Where what arrived is first not what was written, in few words. */
    private List<String> differences() {
        List<String> differences = new ArrayList<>();
        Set<Object> all = new HashSet<>(written.keySet());
        all.addAll(read.keySet());
        for (Object key : all) {
            String sent = written.getOrDefault(key, new StringBuilder()).toString();
            String got = read.getOrDefault(key, new StringBuilder()).toString();
            int at = Arrays.mismatch(sent.toCharArray(), got.toCharArray());
            if (at >= 0) {
                differences.add(key + " at " + at + ": " + from(sent, at) + " arrived as " + from(got, at));
            }
        }
        return differences;
    }

    private static String from(String text, int at) {
        return text.substring(Math.max(0, at - 60), Math.min(text.length(), at + 60));
    }

    private Driven follow(String glob, Random random) {
        FollowOptions options =
                FollowOptions.DEFAULTS.withoutEvents().withMaxHandles(1 + random.nextInt(NAMES * ROTATIONS));
        return new Driven(this::open, folder.resolve("positions"), options, time, logs.resolve(glob));
    }

    /** A text that keeps nothing back, so that its end tells all that it was given. */
    private FollowedText open(Path file, FollowedText.Position from) {
        StringBuilder of = read.computeIfAbsent(key(file), key -> new StringBuilder());
        log.add("open " + file.getFileName() + from);
        return new RecordedText(file, from) {
            @Override
            public void append(byte[] bytes, int offset, int length) {
                super.append(bytes, offset, length);
                of.append(new String(bytes, offset, length, java.nio.charset.StandardCharsets.ISO_8859_1));
            }

            @Override
            public Position resumable() {
                return new Position(from.offset() + text().length(), 0);
            }
        };
    }

    private void append(Path file, Random random) throws IOException {
        String text = "<" + ++serial + " " + "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 5_000 : 50)) + ">";
        log.add("append " + file.getFileName() + " #" + serial);
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        written.computeIfAbsent(key(file), key -> new StringBuilder()).append(text);
    }

    private void rotate(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        log.add("rotate " + file.getFileName());
        // The oldest stay: removing them unread would destroy them.
        int last = 1;
        while (Files.exists(rotated(file, last))) {
            last++;
        }
        for (int i = last; i > 1; i--) {
            Files.move(rotated(file, i - 1), rotated(file, i));
        }
        Files.move(file, rotated(file, 1));
    }

    private static Path rotated(Path file, int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private void truncate(Path file, Random random) throws IOException {
        if (Files.exists(file)) {
            log.add("truncate " + file.getFileName());
            String text = "<new " + ++serial + " " + "y".repeat(random.nextInt(100)) + ">";
            Files.writeString(file, text);
            written.get(key(file)).append(text);
        }
    }

    private void vanish(Path file) throws IOException {
        log.add("vanish " + file.getFileName());
        Files.deleteIfExists(file);
    }

    private static Object key(Path file) {
        try {
            return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                    .fileKey();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
