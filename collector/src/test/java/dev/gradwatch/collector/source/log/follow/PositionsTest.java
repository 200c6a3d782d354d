package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.source.log.follow.FollowedText.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Followers that go on where an earlier one was. */
class PositionsTest {
    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final RecordedTexts texts = new RecordedTexts();
    private Path logs;
    private Path file;
    private Path rotated;
    private Path positions;

    @BeforeEach
    void name() throws IOException {
        logs = Files.createDirectory(folder.resolve("logs"));
        file = logs.resolve("a.log");
        rotated = logs.resolve("a.log.1");
        positions = folder.resolve("positions.json");
    }

    @Test
    void restartedFollower_readsOn() throws IOException {
        Files.writeString(file, "one\ntwo\n");
        follow("*.log").close();
        append(file, "three\n");
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|", "a.log@8:three\n|");
        assertThat(texts.of(file).from).isEqualTo(new Position(8, 2));
    }

    @Test
    void restartedFollower_beginsWhereTheTextIsResumable() throws IOException {
        Files.writeString(file, "one\nhalf");
        follow("*.log").close();
        append(file, " line\n");
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\nhalf|", "a.log@4:half line\n|");
        assertThat(texts.of(file).from).isEqualTo(new Position(4, 1));
    }

    @Test
    void firstLineThatIsNotWhole_isReadAgain() throws IOException {
        Files.writeString(file, "half");
        follow("*.log").close();
        append(file, " line\n");
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:half|", "a.log@0:half line\n|");
    }

    @Test
    void fileRotatedMeanwhile_isReadToItsEndFirst() throws IOException {
        Files.writeString(file, "one\n");
        follow("*.log").close();
        append(file, "two\n");
        Files.move(file, rotated);
        Files.writeString(file, "new\n");
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log.1@4:two\n|", "a.log@0:new\n|");
    }

    @Test
    void fileRotatedMeanwhile_underAMatchingName_isReadToItsEndFirst() throws IOException {
        Files.writeString(file, "one\n");
        follow("*").close();
        append(file, "two\n");
        Files.move(file, rotated);
        Files.writeString(file, "new\n");
        try (Driven follower = follow("*")) {
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log.1@4:two\n|", "a.log@0:new\n");
            follower.pass(Duration.ofMinutes(2));
            assertThat(texts.all()).hasSize(3);
        }
        follow("*").close();
        assertThat(texts.all()).hasSize(5).last().matches(text -> text.text().isEmpty());
    }

    @Test
    void fileRotatedMeanwhile_ofWhichAllWasRead_isNotOpened() throws IOException {
        Files.writeString(file, "one\n");
        follow("*.log").close();
        Files.move(file, rotated);
        Files.writeString(file, "new\n");
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:new\n|");
    }

    @Test
    void rotatedFile_isKnownToTheNextFollower() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = follow("*")) {
            Files.move(file, rotated);
            Files.writeString(file, "new\n");
            follower.pass(Driven.WALK);
        }
        try (Driven follower = follow("*")) {
            follower.pass(Driven.WALK);
        }
        assertThat(String.join("", texts.all().stream().map(RecordedText::text).toList()))
                .isEqualTo("one\nnew\n");
    }

    @Test
    void fileTruncatedMeanwhile_isReadFromItsBeginning() throws IOException {
        Files.writeString(file, "one\ntwo\n");
        follow("*.log").close();
        Files.writeString(file, "new\n");
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|", "a.log@0:new\n|");
    }

    @Test
    void fileWrittenAnewMeanwhile_isReadFromItsBeginning() throws IOException {
        Files.writeString(file, "one\ntwo\n");
        follow("*.log").close();
        Files.writeString(file, "all of this is new\n");
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|", "a.log@0:all of this is new\n|");
    }

    @Test
    void positions_areSavedEveryFewSecondsWhenTheyChanged() throws IOException {
        Files.writeString(file, "one\n");
        try (Driven follower = follow("*.log")) {
            assertThat(positions).doesNotExist();
            follower.live(Duration.ofSeconds(6));
            assertThat(Files.readString(positions)).contains("\"offset\":4,\"line\":1");
            follower.live(Duration.ofSeconds(6));
            Files.delete(positions);
            follower.live(Duration.ofSeconds(30));
            assertThat(positions).doesNotExist();
            append(file, "two\n");
            follower.live(Duration.ofSeconds(15));
            assertThat(Files.readString(positions)).contains("\"offset\":8,\"line\":2");
        }
    }

    @Test
    void killedFollower_tellsAgainWhatWasNotSaved() throws IOException {
        Files.writeString(file, "one\n");
        Driven killed = follow("*.log");
        killed.live(Duration.ofSeconds(5));
        append(file, "two\n");
        killed.live(Duration.ofSeconds(2));
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n", "a.log@4:two\n|");
    }

    @Test
    void positions_areReadByTheirOwnerOnly() throws IOException {
        Files.writeString(file, "one\n");
        follow("*.log").close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(positions)))
                .isEqualTo("rw-------");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(logs, positions);
        }
    }

    @Test
    void fileThatIsGone_isRememberedForAWeek() throws IOException {
        Files.writeString(file, "one\n");
        follow("*.log").close();
        Path away = folder.resolve("away");
        Files.move(file, away);
        time.pass(Duration.ofDays(6));
        follow("*.log").close();
        assertThat(Files.readString(positions)).contains("a.log");
        Files.move(away, file);
        follow("*.log").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@4:|");
        Files.move(file, away);
        time.pass(Duration.ofDays(8));
        follow("*.log").close();
        assertThat(Files.readString(positions)).doesNotContain("a.log");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"files\":[]}",
                "{\"schema\":\"gradwatch.log-positions/1\"}",
                "{\"schema\":\"gradwatch.log-positions/1\",\"files\":[{}]}",
                "{\"schema\":\"gradwatch.log-positions/1\",\"files\":[null]}",
                "{\"schema\":\"gradwatch.log-positions/1\",\"files\":[{\"path\":\"a\",\"key\":\"k\",\"head\":\"0-0\",\"offset\":-1}]}",
                "{\"schema\":\"gradwatch.log-positions/1\",\"files\":[{\"path\":\"a\",\"key\":\"k\",\"head\":\"0\",\"offset\":1}]}",
            })
    void malformedPositions_areSaidOnce_andAllIsReadAnew(String content) throws IOException {
        Files.writeString(file, "one\n");
        Files.writeString(positions, content);
        try (Said said = new Said()) {
            follow("*.log").close();
            assertThat(said.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("logs: " + positions + ": ")
                    .endsWith(" (expected: gradwatch.log-positions/1); all files are read from their beginning");
        }
        assertThat(texts.told()).containsExactly("a.log@0:one\n|");
        assertThat(Files.readString(positions)).contains("\"offset\":4");
    }

    @Test
    void positionsOfAnOlderSchema_areSaid() throws IOException {
        Files.writeString(positions, "{\"schema\":\"gradwatch.log-positions/0\",\"files\":[]}");
        try (Said said = new Said()) {
            follow("*.log").close();
            assertThat(said.warnings())
                    .containsExactly("logs: " + positions + ": schema gradwatch.log-positions/0"
                            + " (expected: gradwatch.log-positions/1); all files are read from their beginning");
        }
    }

    @Test
    void positionsThatCannotBeWritten_areSaidOnce() throws IOException {
        Files.writeString(file, "one\n");
        positions = folder.resolve("missing/positions.json");
        try (Said said = new Said()) {
            try (Driven follower = follow("*.log")) {
                follower.live(Duration.ofSeconds(6));
                append(file, "two\n");
                follower.live(Duration.ofSeconds(20));
            }
            assertThat(said.warnings())
                    .containsExactly(
                            "logs: " + positions + ": no such file or folder (expected: a file that can be written)");
        }
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|");
    }

    @Test
    void positionsInAFolderThatIsFollowed_areNotRead() throws IOException {
        Files.writeString(file, "one\n");
        positions = logs.resolve("positions.json");
        try (Driven follower = follow("*")) {
            follower.live(Duration.ofSeconds(40));
            assertThat(positions).exists();
        }
        assertThat(texts.told()).containsExactly("a.log@0:one\n|");
    }

    @Test
    void textThatSaysTooMuch_isNotBelieved() throws IOException {
        Files.writeString(file, "one\n");
        FollowedTexts boasting = (path, from) -> new RecordedText(path, from) {
            @Override
            public Position resumable() {
                return new Position(1000, 1000);
            }
        };
        new Driven(boasting, positions, options(), time, logs).close();
        append(file, "two\n");
        follow("*").close();
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|");
    }

    private Driven follow(String glob) {
        return new Driven(texts, positions, options(), time, logs.resolve(glob));
    }

    private static FollowOptions options() {
        return FollowOptions.DEFAULTS.withoutEvents();
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
