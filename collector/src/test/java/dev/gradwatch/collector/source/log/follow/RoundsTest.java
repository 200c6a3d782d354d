package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding files, reading them as they grow, and falling silent. */
class RoundsTest {
    @TempDir
    Path folder;

    private final RecordedTexts texts = new RecordedTexts();

    @Test
    void fileThatIsThere_isReadFromItsBeginning() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\ntwo");
        try (Driven follower = Driven.of(texts, folder.resolve("*.log"))) {
            assertThat(texts.told()).containsExactly("a.log@0:one\ntwo");
            assertThat(texts.of(file).from).isEqualTo(FollowedText.Position.START);
            assertThat(follower.counts()).isEqualTo(new FollowCounts(1, 0, 7, 0, 0, 0, 0, 0));
        }
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo|");
    }

    @Test
    void fileThatGrew_isReadOnAfterAQuarterOfASecond() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        try (Driven follower = Driven.of(texts, folder)) {
            append(file, "two\n");
            follower.pass(Duration.ofMillis(249));
            assertThat(texts.told()).containsExactly("a.log@0:one\n");
            follower.pass(Duration.ofMillis(1));
            assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n");
        }
    }

    @Test
    void quietFile_isLookedAtEveryTenSeconds() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        try (Driven follower = Driven.of(texts, file)) {
            follower.live(Duration.ofSeconds(25));
            append(file, "two\n");
            Duration waited = Duration.ZERO;
            while (!texts.of(file).text().endsWith("two\n")) {
                follower.pass(Duration.ofMillis(250));
                waited = waited.plusMillis(250);
            }
            assertThat(waited).isGreaterThan(Duration.ofSeconds(1)).isLessThanOrEqualTo(Duration.ofSeconds(10));
            append(file, "three\n");
            follower.pass(Duration.ofMillis(250));
            assertThat(texts.of(file).text()).endsWith("three\n");
        }
    }

    @Test
    void emptyFile_isOpened() throws IOException {
        Path file = Files.createFile(folder.resolve("a.log"));
        try (Driven follower = Driven.of(texts, file)) {
            follower.live(Duration.ofSeconds(5));
            assertThat(texts.told()).containsExactly("a.log@0:");
            assertThat(texts.of(file).idles()).isZero();
        }
    }

    @Test
    void silence_isToldOnceEachTime() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "half");
        try (Driven follower = Driven.of(texts, file)) {
            follower.live(Duration.ofMillis(1750));
            assertThat(texts.of(file).idles()).isZero();
            follower.live(Duration.ofMillis(250));
            assertThat(texts.of(file).idles()).isEqualTo(1);
            follower.live(Duration.ofSeconds(60));
            assertThat(texts.of(file).idles()).isEqualTo(1);
            append(file, " line");
            follower.live(Duration.ofSeconds(15));
            assertThat(texts.of(file).idles()).isEqualTo(2);
        }
    }

    @Test
    void textThatKeepsGrowing_isNotSilent() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), ".");
        try (Driven follower = Driven.of(texts, file)) {
            for (int i = 0; i < 20; i++) {
                append(file, ".");
                follower.live(Duration.ofSeconds(1));
            }
            assertThat(texts.of(file).idles()).isZero();
        }
    }

    @Test
    void fileThatAppears_isFoundByTheNextWalk() throws IOException {
        try (Driven follower = Driven.of(texts, folder.resolve("logs/*.log"))) {
            assertThat(texts.told()).isEmpty();
            Files.createDirectory(folder.resolve("logs"));
            Files.writeString(folder.resolve("logs/a.log"), "one\n");
            Files.writeString(folder.resolve("logs/a.txt"), "none\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n");
        }
    }

    @Test
    void plainFolder_meansAllFilesBelow() throws IOException {
        Path attempt = Files.createDirectories(folder.resolve("run/attempt_0/1"));
        Files.writeString(attempt.resolve("stdout.log"), "out\n");
        Files.writeString(attempt.resolve("stderr.log"), "err\n");
        try (Driven follower = Driven.of(texts, folder.resolve("run"))) {
            assertThat(texts.told()).containsExactlyInAnyOrder("stdout.log@0:out\n", "stderr.log@0:err\n");
            Path next = Files.createDirectories(folder.resolve("run/attempt_1/0"));
            Files.writeString(next.resolve("stderr.log"), "again\n");
            follower.pass(Driven.WALK);
            assertThat(texts.of(next.resolve("stderr.log")).text()).isEqualTo("again\n");
        }
    }

    @Test
    void plainFile_mayAppearLater() throws IOException {
        Path file = folder.resolve("x/train.log");
        try (Driven follower = Driven.of(texts, file)) {
            Files.createDirectory(folder.resolve("x"));
            Files.writeString(file, "one\n");
            Files.writeString(folder.resolve("x/other.log"), "none\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("train.log@0:one\n");
        }
    }

    @Test
    void fileOfTwoGlobs_isReadOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        try (Driven follower = Driven.of(texts, folder, folder.resolve("*.log"), file, folder.resolve("**/a.*"))) {
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n");
        }
    }

    @Test
    void loopOfLinks_ends() throws IOException {
        Path runs = Files.createDirectories(folder.resolve("runs/7"));
        Files.createSymbolicLink(runs.resolve("loop"), folder.resolve("runs"));
        Files.createSymbolicLink(folder.resolve("runs/latest"), runs);
        Path file = Files.writeString(runs.resolve("stderr.log"), "one\n");
        try (Driven follower = Driven.of(texts, folder.resolve("runs/**/stderr.log"))) {
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("stderr.log@0:one\n");
            assertThat(texts.all().get(0).file).isEqualTo(file.toRealPath());
        }
    }

    @Test
    void linkThatIsPointedElsewhere_tellsNothingTwice() throws IOException {
        Path first = Files.createDirectories(folder.resolve("1"));
        Path second = Files.createDirectories(folder.resolve("2"));
        Files.writeString(first.resolve("a.log"), "one\n");
        Path latest = Files.createSymbolicLink(folder.resolve("latest"), first);
        try (Driven follower = Driven.of(texts, folder.resolve("latest/*.log"))) {
            Files.delete(latest);
            Files.createSymbolicLink(latest, second);
            Files.writeString(second.resolve("a.log"), "two\n");
            append(first.resolve("a.log"), "late\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\nlate\n", "a.log@0:two\n");
            follower.pass(Duration.ofMinutes(2));
            assertThat(texts.told()).containsExactly("a.log@0:one\nlate\n|", "a.log@0:two\n");
        }
    }

    @Test
    void linkToAFile_isFollowed() throws IOException {
        Path target = Files.writeString(folder.resolve("2026.txt"), "one\n");
        Files.createSymbolicLink(folder.resolve("current.log"), target);
        try (Driven follower = Driven.of(texts, folder.resolve("*.log"))) {
            append(target, "two\n");
            follower.pass(Duration.ofMillis(250));
            assertThat(texts.told()).containsExactly("current.log@0:one\ntwo\n");
            Path next = Files.writeString(folder.resolve("2027.txt"), "three\n");
            Files.delete(folder.resolve("current.log"));
            Files.createSymbolicLink(folder.resolve("current.log"), next);
            append(target, "late\n");
            follower.pass(Driven.LONG);
            assertThat(texts.told()).containsExactly("current.log@0:one\ntwo\nlate\n|", "current.log@0:three\n");
        }
    }

    @Test
    void hardLink_isTheSameFile() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        Files.createLink(folder.resolve("b.log"), file);
        try (Driven follower = Driven.of(texts, folder)) {
            follower.pass(Driven.WALK);
            assertThat(texts.all()).hasSize(1);
            assertThat(follower.counts().following()).isEqualTo(1);
        }
    }

    @Test
    void compressedFile_isNotFollowed() throws IOException {
        Files.writeString(folder.resolve("a.log.gz"), "one\n");
        Files.writeString(folder.resolve("b.log.gz"), "one\n");
        try (Said said = new Said();
                Driven follower = Driven.of(texts, folder)) {
            follower.pass(Driven.WALK);
            assertThat(texts.all()).isEmpty();
            assertThat(said.debugs())
                    .singleElement()
                    .asString()
                    .matches("logs: .*[ab]\\.log\\.gz: compressed files are not followed, nor is any other of them");
        }
    }

    @Test
    void largeFile_takesTurnsWithOthers() throws IOException {
        Path large = folder.resolve("a.log");
        byte[] bytes = new byte[3 * TurnReader.MAX_TURN_BYTES];
        Files.write(large, bytes);
        StringBuilder order = new StringBuilder();
        try (Driven follower = Driven.of(noting(order), folder)) {
            Path small = folder.resolve("b.log");
            Files.writeString(small, "one\n");
            Files.write(large, bytes, StandardOpenOption.APPEND);
            order.setLength(0);
            follower.pass(Driven.WALK);
            assertThat(order.indexOf("b")).isBetween(0, TurnReader.MAX_TURN_BYTES / TurnReader.BUFFER_BYTES);
            assertThat(order.chars().filter(c -> c == 'a').count()).isEqualTo(bytes.length / TurnReader.BUFFER_BYTES);
        }
    }

    private static FollowedTexts noting(StringBuilder order) {
        return (file, from) -> new RecordedText(file, from) {
            @Override
            public void append(byte[] array, int offset, int length) {
                order.append(file.getFileName().toString().charAt(0));
            }
        };
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
