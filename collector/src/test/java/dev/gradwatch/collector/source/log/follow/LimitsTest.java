package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Too many files, files that cannot be read, and texts that throw. */
class LimitsTest {
    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final RecordedTexts texts = new RecordedTexts();

    @Test
    void manyFiles_areFollowedOverFewHandles() throws IOException {
        int files = 2000;
        for (int i = 0; i < files; i++) {
            Files.writeString(folder.resolve(i + ".log"), i + "\n");
        }
        try (Driven follower = follow(FollowOptions.DEFAULTS.withMaxHandles(8))) {
            assertThat(follower.counts().opened()).isEqualTo(files);
            for (int i = 0; i < files; i++) {
                append(folder.resolve(i + ".log"), "more\n");
            }
            follower.pass(Driven.LONG);
            assertThat(follower.openHandles()).isEqualTo(8);
        }
        assertThat(texts.all()).hasSize(files).allSatisfy(text -> {
            String name = text.file.getFileName().toString().replace(".log", "");
            assertThat(text.text()).isEqualTo(name + "\nmore\n");
        });
    }

    @Test
    void leastRecentlyReadFile_isClosedFirst() throws IOException {
        Path a = Files.writeString(folder.resolve("a"), "a\n");
        Path b = Files.writeString(folder.resolve("b"), "b\n");
        try (Driven follower = follow(FollowOptions.DEFAULTS.withMaxHandles(2))) {
            append(a, "a\n");
            follower.pass(Driven.LONG);
            append(b, "b\n");
            follower.pass(Driven.LONG);
            Files.writeString(folder.resolve("c"), "c\n");
            follower.pass(Driven.WALK);
            append(a, "lost with its handle\n");
            append(b, "last\n");
            Files.delete(a);
            Files.delete(b);
            follower.pass(Driven.LONG);
            assertThat(texts.of(a).text()).isEqualTo("a\na\n");
            assertThat(texts.of(b).text()).isEqualTo("b\nb\nlast\n");
            assertThat(texts.of(a).hasEnded()).isTrue();
        }
    }

    @Test
    void filesPastTheLimit_areCountedAndSaidOnce() throws IOException {
        for (int i = 0; i < 5; i++) {
            Files.writeString(folder.resolve(i + ".log"), i + "\n");
        }
        try (Said said = new Said();
                Driven follower = follow(FollowOptions.DEFAULTS.withMaxFiles(3))) {
            follower.pass(Driven.WALK);
            assertThat(texts.all()).hasSize(3);
            assertThat(follower.counts().overLimit()).isEqualTo(2);
            assertThat(said.warnings())
                    .singleElement()
                    .asString()
                    .matches("logs: .*/[0-4]\\.log: not followed, nor any more files \\(expected: at most 3\\)");
            Files.delete(texts.all().get(0).file);
            follower.pass(Driven.LONG);
            follower.pass(Driven.LONG);
            follower.pass(Driven.WALK);
            assertThat(texts.all()).hasSize(4);
            assertThat(follower.counts().overLimit()).isEqualTo(1);
        }
    }

    @Test
    void options_areChecked() {
        assertThatThrownBy(() -> FollowOptions.DEFAULTS.withMaxFiles(0))
                .hasMessage("maxFiles: 0 (expected: 1 or more)");
        assertThatThrownBy(() -> FollowOptions.DEFAULTS.withMaxHandles(0))
                .hasMessage("maxHandles: 0 (expected: 1 or more)");
    }

    @Test
    void deniedFile_isSaidOnce_andReadWhenItMay() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        Files.writeString(folder.resolve("b.log"), "fine\n");
        FailingDisk disk = new FailingDisk();
        disk.denied.add(file);
        try (Said said = new Said();
                Driven follower = follow(FollowOptions.DEFAULTS, disk)) {
            assertThat(texts.told()).containsExactly("b.log@0:fine\n");
            int before = disk.opened;
            follower.live(Duration.ofSeconds(29));
            assertThat(disk.opened - before).isEqualTo(2);
            assertThat(said.warnings())
                    .containsExactly("logs: " + file + ": permission denied (expected: a file that can be read)");
            assertThat(follower.counts().errors()).isEqualTo(1);
            disk.denied.clear();
            follower.pass(Driven.LONG);
            assertThat(texts.told()).containsExactly("b.log@0:fine\n", "a.log@0:one\n");
        }
    }

    @Test
    void fileThatBecomesDenied_isReadOnWhenItMay_andSaidOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        Path other = Files.writeString(folder.resolve("b.log"), "b\n");
        FailingDisk disk = new FailingDisk();
        try (Said said = new Said();
                Driven follower = follow(FollowOptions.DEFAULTS.withMaxHandles(1), disk)) {
            for (int time = 0; time < 2; time++) {
                append(other, "b\n");
                follower.pass(Driven.LONG);
                disk.denied.add(file);
                append(file, "more\n");
                follower.pass(Driven.LONG);
                disk.denied.clear();
                follower.pass(Driven.LONG);
            }
            assertThat(texts.of(file).text()).isEqualTo("one\nmore\nmore\n");
            assertThat(follower.counts().errors()).isEqualTo(2);
            assertThat(said.warnings()).hasSize(1);
        }
    }

    @Test
    void folderWhereAFileWas_isSaid_andTheFileReadWhenItIsBack() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        try (Said said = new Said();
                Driven follower = follow(FollowOptions.DEFAULTS)) {
            Files.delete(file);
            Files.createDirectory(file);
            follower.pass(Duration.ofMillis(250));
            assertThat(texts.told()).containsExactly("a.log@0:one\n|");
            assertThat(said.warnings())
                    .containsExactly("logs: " + file + ": is a folder (expected: a file that can be read)");
            assertThat(follower.counts().errors()).isEqualTo(1);
            follower.live(Duration.ofSeconds(60));
            Files.delete(file);
            Files.writeString(file, "two\n");
            follower.pass(Driven.WALK);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "a.log@0:two\n");
            assertThat(said.warnings()).hasSize(1);
        }
    }

    @Test
    void fileThatCannotBeReadToItsEnd_doesNotHoldItsName() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        FailingDisk disk = new FailingDisk();
        try (Driven follower = follow(FollowOptions.DEFAULTS.withMaxHandles(1), disk)) {
            Path other = Files.writeString(folder.resolve("b.log"), "b\n");
            follower.pass(Driven.WALK);
            append(other, "b\n");
            follower.pass(Driven.LONG);
            Files.move(file, folder.resolve("a.log.1"));
            disk.denied.add(folder.resolve("a.log.1"));
            Files.writeString(file, "new\n");
            follower.pass(Driven.LONG);
            assertThat(texts.told()).containsExactly("a.log@0:one\n|", "b.log@0:b\nb\n", "a.log@0:new\n");
        }
    }

    @Test
    void deniedFolder_isSaidOnce_andItsFilesAreNotForgotten() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Path file = Files.writeString(sub.resolve("a.log"), "one\n");
        FailingDisk disk = new FailingDisk();
        try (Said said = new Said();
                Driven follower = follow(FollowOptions.DEFAULTS, disk)) {
            disk.denied.add(sub);
            disk.denied.add(file);
            follower.live(Duration.ofMinutes(5));
            assertThat(said.warnings())
                    .contains("logs: " + sub + ": permission denied (expected: a folder that can be read)");
            assertThat(said.warnings()).doesNotHaveDuplicates();
            disk.denied.clear();
            append(file, "two\n");
            follower.live(Duration.ofMinutes(1));
            assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n");
        }
    }

    @Test
    void filesThatVanishByTheThousand_areSearchedForInOneListOfTheirFolder() throws IOException {
        int files = 1000;
        for (int i = 0; i < 2 * files; i++) {
            Files.writeString(folder.resolve(i + ".log"), i + "\n");
        }
        FailingDisk disk = new FailingDisk();
        try (Driven follower = follow(FollowOptions.DEFAULTS, disk)) {
            int before = disk.listed;
            for (int i = 0; i < files; i++) {
                Files.delete(folder.resolve(i + ".log"));
            }
            follower.pass(Duration.ofMillis(250));
            assertThat(follower.counts().ended()).isEqualTo(files);
            assertThat(disk.listed - before).isEqualTo(1);
        }
    }

    @Test
    void fileRenamedAfterItsLargeFolderWasListed_isFoundByTheNextList() throws IOException {
        for (int i = 0; i < 300; i++) {
            Files.writeString(folder.resolve(i + ".txt"), i + "\n");
        }
        Path a = Files.writeString(folder.resolve("a.log"), "a\n");
        Path b = Files.writeString(folder.resolve("b.log"), "b\n");
        FollowOptions few = FollowOptions.DEFAULTS.withoutEvents().withMaxHandles(1);
        try (Driven follower = new Driven(texts, null, few, time, folder.resolve("*.log"))) {
            append(a, "more\n");
            append(b, "more\n");
            Files.delete(a);
            follower.pass(Duration.ofMillis(250));
            append(b, "last\n");
            Files.move(b, folder.resolve("b.log.1"));
            follower.pass(Duration.ofMillis(250));
            follower.live(Duration.ofSeconds(20));
            assertThat(String.join(
                            "", texts.all().stream().map(RecordedText::text).toList()))
                    .contains("b\nmore\n", "last\n");
        }
    }

    @Test
    void namesThatNoGlobMeans_areNotAskedFor() throws IOException {
        Files.writeString(folder.resolve("a.log"), "one\n");
        Path other = Files.writeString(folder.resolve("checkpoint.pt"), "two\n");
        FailingDisk disk = new FailingDisk();
        try (Driven follower =
                new Driven(texts, null, FollowOptions.DEFAULTS.withoutEvents(), disk, time, folder.resolve("*.log"))) {
            follower.pass(Driven.WALK);
            assertThat(disk.asked).contains(folder.resolve("a.log")).doesNotContain(other);
        }
    }

    @Test
    void textThatThrows_isDropped_andOthersGoOn() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.log"), "one\n");
        Path good = Files.writeString(folder.resolve("good.log"), "one\n");
        FollowedTexts failing = (file, from) -> {
            FollowedText text = texts.open(file, from);
            return file.equals(bad) && texts.all().size() < 3 ? new Throwing(text) : text;
        };
        try (Said said = new Said();
                Driven follower = new Driven(failing, null, FollowOptions.DEFAULTS.withoutEvents(), time, folder)) {
            append(bad, "two\n");
            append(good, "two\n");
            follower.live(Duration.ofSeconds(15));
            assertThat(texts.of(good).text()).isEqualTo("one\ntwo\n");
            assertThat(said.warnings())
                    .containsExactly("logs: " + bad
                            + ": its reader failed and is given no more: java.lang.StackOverflowError: too deep");
            assertThat(follower.counts().dropped()).isEqualTo(1);
            assertThat(follower.counts().following()).isEqualTo(1);
            // A new content is a new text.
            Files.writeString(bad, "new\n");
            follower.live(Duration.ofSeconds(15));
            assertThat(texts.of(bad).text()).isEqualTo("new\n");
        }
    }

    @Test
    void textThatCannotBeOpened_isDropped() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.log"), "one\n");
        FollowedTexts failing = (file, from) -> {
            throw new IllegalStateException("no");
        };
        try (Said said = new Said();
                Driven follower = new Driven(failing, null, FollowOptions.DEFAULTS.withoutEvents(), time, folder)) {
            append(bad, "two\n");
            follower.live(Duration.ofSeconds(40));
            assertThat(said.warnings())
                    .containsExactly("logs: " + bad
                            + ": its reader failed and is given no more: java.lang.IllegalStateException: no");
            assertThat(follower.counts().bytes()).isZero();
        }
    }

    private Driven follow(FollowOptions options) {
        return follow(options, Disk.REAL);
    }

    private Driven follow(FollowOptions options, Disk disk) {
        return new Driven(texts, null, options.withoutEvents(), disk, time, folder);
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    /** Denies what it is told to deny: the user of a test may be one who may read everything. */
    private static final class FailingDisk extends Disk {
        private final Set<Path> denied = new HashSet<>();
        private final Set<Path> asked = new HashSet<>();
        private int opened;
        private int listed;

        @Override
        FileChannel open(Path file) throws IOException {
            opened++;
            check(file);
            return super.open(file);
        }

        @Override
        DirectoryStream<Path> list(Path folder) throws IOException {
            listed++;
            check(folder);
            return super.list(folder);
        }

        @Override
        BasicFileAttributes read(Path path, LinkOption... links) throws IOException {
            asked.add(path);
            return super.read(path, links);
        }

        private void check(Path path) throws IOException {
            if (denied.contains(path)) {
                throw new AccessDeniedException(path.toString());
            }
        }
    }

    private record Throwing(FollowedText text) implements FollowedText {
        @Override
        public void append(byte[] bytes, int offset, int length) {
            throw new StackOverflowError("too deep");
        }

        @Override
        public void idle() {
            throw new IllegalStateException("idle after it was dropped");
        }

        @Override
        public void end() {
            throw new IllegalStateException("end after it was dropped");
        }

        @Override
        public Position resumable() {
            throw new IllegalStateException("asked after it was dropped");
        }
    }
}
