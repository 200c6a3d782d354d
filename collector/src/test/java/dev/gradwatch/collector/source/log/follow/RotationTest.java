package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are cut, renamed, replaced and removed while they are followed. */
class RotationTest {
    private static final Duration LOOK = Duration.ofMillis(250);

    @TempDir
    Path folder;

    private final RecordedTexts texts = new RecordedTexts();
    private Path file;
    private Path rotated;

    @BeforeEach
    void name() {
        file = folder.resolve("a.log");
        rotated = folder.resolve("a.log.1");
    }

    @Test
    void truncatedFile_beginsAnew() throws IOException {
        Files.writeString(file, "one\ntwo\n");
        try (Driven follower = Driven.of(texts, file)) {
            Files.writeString(file, "new\n");
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|", "a.log@0:new\n");
            assertThat(follower.counts().truncations()).isEqualTo(1);
            assertThat(follower.counts().rotations()).isZero();
            assertThat(follower.counts().following()).isEqualTo(1);
        }
    }

    @Test
    void copyTruncatedFile_thatGrewPastItsOldSizeAtOnce_beginsAnew() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, file)) {
            Files.copy(file, rotated);
            Files.writeString(file, "all of this is new\n");
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:all of this is new\n");
            assertThat(follower.counts().truncations()).isEqualTo(1);
        }
    }

    @Test
    void largeFile_thatWasWrittenAnewPastItsOldSize_beginsAnew() throws IOException {
        Files.writeString(file, "a".repeat(5000));
        try (Driven follower = Driven.of(texts, file)) {
            String other = "a".repeat(1000) + "b" + "a".repeat(6000);
            Files.writeString(file, other);
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:" + "a".repeat(5000) + "|", "a.log@0:" + other);
        }
    }

    @Test
    void fileWrittenAnew_toTheSameSize_beginsAnew() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, file)) {
            Files.writeString(file, "two\n");
            Files.setLastModifiedTime(file, FileTime.fromMillis(1));
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:two\n");
        }
    }

    @Test
    void fileTruncatedToNothing_beginsAnewOnce() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, file)) {
            Files.writeString(file, "");
            follower.live(Duration.ofSeconds(3));
            Files.writeString(file, "two\n");
            follower.pass(Driven.LONG);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:two\n");
        }
    }

    @Test
    void renamedFile_isReadToItsEnd_beforeTheNewOneBegins() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder.resolve("*.log"))) {
            append(file, "last\n");
            Files.move(file, rotated);
            append(rotated, "later\n");
            Files.writeString(file, "new\n");
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:one\nlast\nlater\n|", "a.log@0:new\n");
            assertThat(follower.counts().rotations()).isEqualTo(1);
            assertThat(follower.counts().truncations()).isZero();
        }
    }

    @Test
    void largeRenamedFile_isReadToItsEnd_beforeTheNewOneBegins() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder.resolve("*.log"))) {
            Files.write(file, new byte[2 * TurnReader.MAX_TURN_BYTES + 1], StandardOpenOption.APPEND);
            Files.move(file, rotated);
            Files.writeString(file, "new\n");
            follower.pass(LOOK);
            assertThat(texts.all()).hasSize(2);
            assertThat(texts.all().get(0).text()).hasSize(2 * TurnReader.MAX_TURN_BYTES + 5);
            assertThat(texts.all().get(0).hasEnded()).isTrue();
            assertThat(texts.all().get(1).text()).isEqualTo("new\n");
        }
    }

    @Test
    void renamedFile_isNotReadAgainUnderAMatchingName() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder)) {
            for (int i = 2; i < 5; i++) {
                for (int old = i; old > 1; old--) {
                    Path from = folder.resolve("a.log." + (old - 1));
                    if (Files.exists(from)) {
                        Files.move(from, folder.resolve("a.log." + old));
                    }
                }
                Files.move(file, rotated);
                Files.writeString(file, i + "\n");
                follower.live(Duration.ofSeconds(40));
            }
            follower.pass(Duration.ofMinutes(5));
            follower.pass(Duration.ofMinutes(5));
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:2\n|", "a.log@0:3\n|", "a.log@0:4\n");
        }
    }

    @Test
    void renamedFile_withoutASuccessor_ends() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder.resolve("*.log"))) {
            Files.move(file, rotated);
            append(rotated, "two\n");
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|");
            Files.writeString(file, "new\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|", "a.log@0:new\n");
        }
    }

    @Test
    void lateWriter_isReadOnUnderTheNewName() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder.resolve("*.log"))) {
            Files.move(file, rotated);
            Files.writeString(file, "new\n");
            follower.pass(LOOK);
            append(rotated, "late\n");
            follower.live(Duration.ofSeconds(10));
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:new\n", "a.log.1@4:late\n");
            follower.pass(Duration.ofMinutes(2));
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:new\n", "a.log.1@4:late\n|");
        }
    }

    @Test
    void lateWriter_toAMatchingName_isReadOnHoursLater() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder)) {
            Files.move(file, rotated);
            Files.writeString(file, "new\n");
            for (int hour = 0; hour < 3; hour++) {
                follower.pass(Duration.ofHours(1));
            }
            append(rotated, "late\n");
            follower.pass(Driven.LONG);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:new\n", "a.log.1@4:late\n");
        }
    }

    @Test
    void rotatedFile_thatIsWrittenAnew_isANewText() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder)) {
            Files.move(file, rotated);
            Files.writeString(file, "new\n");
            follower.pass(LOOK);
            Files.writeString(rotated, "something else\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:new\n", "a.log.1@0:something else\n");
        }
    }

    @Test
    void closedFile_thatIsRenamed_isFoundByItsKey() throws IOException {
        Files.writeString(file, "one\n");
        Path other = Files.writeString(folder.resolve("b.log"), "b\n");
        FollowOptions options = FollowOptions.DEFAULTS.withoutEvents().withMaxHandles(1);
        FakeTime time = new FakeTime();
        try (Driven follower = new Driven(texts, null, options, time, folder.resolve("*.log"))) {
            append(other, "b\n");
            follower.pass(LOOK);
            append(file, "last\n");
            Files.move(file, folder.resolve("elsewhere.txt"));
            Files.writeString(file, "new\n");
            append(other, "b\n");
            follower.pass(Driven.LONG);
            assertThat(texts.told())
                    .containsExactlyInAnyOrder("a.log@0:one\nlast\n|", "b.log@0:b\nb\nb\n", "a.log@0:new\n");
        }
    }

    @Test
    void replacedFile_isReadToItsEndByItsHandle() throws IOException {
        Files.writeString(file, "one\n");
        Path fresh = Files.writeString(folder.resolve("fresh"), "new\n");
        try (Driven follower = Driven.of(texts, file)) {
            append(file, "last\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:one\nlast\n|", "a.log@0:new\n");
            assertThat(follower.counts().rotations()).isEqualTo(1);
        }
    }

    @Test
    void fileReplacedByAnotherThatIsFollowed_endsThatOnesName() throws IOException {
        Files.writeString(file, "one\n");
        Path fresh = Files.writeString(folder.resolve("b.log"), "two\n");
        try (Driven follower = Driven.of(texts, folder)) {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            follower.live(Duration.ofSeconds(60));
            append(file, "more\n");
            follower.pass(Driven.LONG);
            assertThat(texts.told()).containsExactlyInAnyOrder("a.log@0:one\n|", "b.log@0:two\n|", "a.log@4:more\n");
        }
    }

    @Test
    void vanishedFile_ends() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, file)) {
            append(file, "last\n");
            Files.delete(file);
            follower.pass(LOOK);
            assertThat(texts.told()).containsExactly("a.log@0:one\nlast\n|");
            follower.live(Duration.ofSeconds(3));
            assertThat(follower.openHandles()).isZero();
            assertThat(follower.counts().following()).isZero();
            assertThat(follower.counts().rotations()).isZero();
        }
    }

    @Test
    void vanishedFile_thatComesBack_isANewText() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, file)) {
            Files.delete(file);
            follower.pass(LOOK);
            Files.writeString(file, "one\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:one\n");
        }
    }

    @Test
    void vanishedFile_thatComesBackAfterItWasForgotten_isANewText() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, file)) {
            Files.delete(file);
            follower.live(Duration.ofSeconds(5));
            Files.writeString(file, "one\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:one\n");
        }
    }

    @Test
    void folderThatVanishes_andComesBack_isFollowedAgain() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Files.writeString(sub.resolve("a.log"), "one\n");
        try (Driven follower = Driven.of(texts, sub.resolve("*.log"))) {
            Files.delete(sub.resolve("a.log"));
            Files.delete(sub);
            follower.live(Duration.ofSeconds(3));
            assertThat(texts.told()).containsExactly("a.log@0:one\n|");
            Files.createDirectory(sub);
            Files.writeString(sub.resolve("a.log"), "two\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:two\n");
        }
    }

    @Test
    void fileMovedAway_andBack_isReadOn() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = Driven.of(texts, folder.resolve("*.log"))) {
            Files.move(file, rotated);
            follower.pass(LOOK);
            Files.move(rotated, file);
            append(file, "two\n");
            follower.live(Duration.ofSeconds(40));
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@4:two\n");
        }
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
