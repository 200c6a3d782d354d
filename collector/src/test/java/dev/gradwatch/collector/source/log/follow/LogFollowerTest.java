package dev.gradwatch.collector.source.log.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The follower with its thread. Time stands still unless a test lets it pass, so that what is seen was told by events. */
@Timeout(60)
class LogFollowerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final RecordedTexts texts = new RecordedTexts();
    private final FollowOptions options = FollowOptions.DEFAULTS.withTime(time::nanos, time::instant);
    private final CountDownLatch unblocked = new CountDownLatch(1);

    @AfterEach
    void unblock() {
        unblocked.countDown();
    }

    @Test
    void invalidGlob_isRefused() {
        assertThatThrownBy(() -> new LogFollower(List.of("logs/*.log", "[x"), texts, null, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("logs: [x (expected: a glob such as runs/**/stderr.log)");
    }

    @Test
    void secondStart_isRefused() {
        LogFollower follower = new LogFollower(List.of(), texts, null, options);
        follower.start();
        assertThatThrownBy(follower::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("start: called before (expected: once)");
        follower.close();
        assertThatThrownBy(follower::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void followerThatNeverStarted_doesNothing() throws Exception {
        Path positions = folder.resolve("positions");
        LogFollower follower = new LogFollower(List.of(folder.toString()), texts, positions, options);
        assertThat(follower.catchUp(LONG)).isFalse();
        follower.close();
        follower.close();
        assertThat(positions).doesNotExist();
        assertThatThrownBy(follower::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void event_wakesTheFollower() throws IOException {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        try (LogFollower follower = start(options, folder.resolve("*.log"))) {
            await().until(() -> told("a.log@0:one\n"));
            append(file, "two\n");
            await().until(() -> told("a.log@0:one\ntwo\n"));
            Files.writeString(folder.resolve("b.log"), "b\n");
            await().until(() -> told("a.log@0:one\ntwo\n", "b.log@0:b\n"));
            Files.delete(folder.resolve("b.log"));
            await().until(() -> told("a.log@0:one\ntwo\n", "b.log@0:b\n|"));
            Files.move(file, folder.resolve("a.log.1"));
            await().until(() -> told("a.log@0:one\ntwo\n|", "b.log@0:b\n|"));
            Files.writeString(file, "new\n");
            await().until(() -> told("a.log@0:one\ntwo\n|", "b.log@0:b\n|", "a.log@0:new\n"));
        }
    }

    @Test
    void foldersThatAppear_areWatchedToo() throws IOException {
        Files.writeString(folder.resolve("ready.log"), "ready\n");
        Path attempt = folder.resolve("later/run/attempt_0/0");
        try (LogFollower follower =
                start(options, folder.resolve("ready.log"), folder.resolve("later/**/stderr.log"))) {
            await().until(() -> told("ready.log@0:ready\n"));
            Files.createDirectories(attempt);
            Files.writeString(attempt.resolve("stderr.log"), "one\n");
            await().until(() -> told("ready.log@0:ready\n", "stderr.log@0:one\n"));
            append(attempt.resolve("stderr.log"), "two\n");
            await().until(() -> told("ready.log@0:ready\n", "stderr.log@0:one\ntwo\n"));
        }
    }

    @Test
    void folderThatComesBack_isWatchedAgain() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Files.writeString(sub.resolve("a.log"), "one\n");
        try (LogFollower follower = start(options, sub.resolve("*.log"))) {
            await().until(() -> told("a.log@0:one\n"));
            Files.delete(sub.resolve("a.log"));
            Files.delete(sub);
            await().until(() -> told("a.log@0:one\n|"));
            // The open file keeps its folder, and the watch on it, for two seconds; what led there is watched after
            // that.
            time.pass(Duration.ofSeconds(3));
            Files.createDirectory(sub);
            Files.writeString(sub.resolve("a.log"), "two\n");
            await().until(() -> told("a.log@0:one\n|", "a.log@0:two\n"));
        }
    }

    @Test
    void moreEventsThanAreKept_haveTheirFolderLookedAtOnce() throws Exception {
        Path first = Files.writeString(folder.resolve("first.log"), "one\n");
        CountDownLatch blocked = new CountDownLatch(1);
        BlockingTexts blocking = (file, from) -> {
            FollowedText text = texts.open(file, from);
            if (file.equals(first)) {
                blocked.countDown();
                unblocked.await();
            }
            return text;
        };
        try (LogFollower follower = new LogFollower(List.of(folder.toString()), sneaky(blocking), null, options)) {
            follower.start();
            blocked.await();
            int files = 2_000;
            for (int i = 0; i < files; i++) {
                Files.writeString(folder.resolve(i + ".log"), i + "\n");
            }
            unblocked.countDown();
            time.pass(Duration.ofSeconds(1));
            await().atMost(LONG).until(() -> follower.counts().opened() == files + 1);
        }
    }

    @Test
    void noWatchService_isSaid_andPollingGoesOn() throws Exception {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        Disk disk = new Disk() {
            @Override
            WatchService watchService() throws IOException {
                throw new IOException("User limit of inotify instances reached or too many open files");
            }
        };
        try (Said said = new Said();
                LogFollower follower = new LogFollower(List.of(folder.toString()), texts, null, options, disk)) {
            follower.start();
            await().until(() -> told("a.log@0:one\n"));
            append(file, "two\n");
            time.pass(Duration.ofMillis(250));
            follower.catchUp(Duration.ZERO);
            await().until(() -> told("a.log@0:one\ntwo\n"));
            assertThat(said.warnings())
                    .containsExactly("logs: user limit of inotify instances reached or too many open files;"
                            + " changes are looked for from time to time instead"
                            + " (raise fs.inotify.max_user_instances)");
        }
    }

    @Test
    void tooManyWatches_areSaidOnce_andPollingGoesOn() throws Exception {
        for (int i = 0; i < 5; i++) {
            Files.writeString(Files.createDirectory(folder.resolve("" + i)).resolve("a.log"), "one\n");
        }
        Disk disk = new Disk() {
            private int watches;

            @Override
            WatchKey register(Path watched, WatchService service, WatchEvent.Kind<?>... kinds) throws IOException {
                if (watches++ == 2) {
                    throw new IOException("User limit of inotify watches reached");
                }
                return super.register(watched, service, kinds);
            }
        };
        try (Said said = new Said();
                LogFollower follower = new LogFollower(List.of(folder.toString()), texts, null, options, disk)) {
            follower.start();
            await().until(() -> follower.counts().opened() == 5);
            assertThat(follower.catchUp(LONG)).isTrue();
            for (int i = 0; i < 5; i++) {
                append(folder.resolve(i + "/a.log"), "two\n");
            }
            time.pass(Duration.ofMillis(250));
            follower.catchUp(Duration.ZERO);
            await().until(() ->
                    texts.all().stream().allMatch(text -> text.text().equals("one\ntwo\n")));
            assertThat(said.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("logs: " + folder)
                    .endsWith(
                            ": user limit of inotify watches reached; changes are looked for from time to time instead"
                                    + " (raise fs.inotify.max_user_watches)");
        }
    }

    @Test
    void catchUp_handsOverWhatLiesThere() throws Exception {
        try (LogFollower follower = start(options.withoutEvents(), folder)) {
            assertThat(follower.catchUp(LONG)).isTrue();
            Path large = folder.resolve("large.log");
            Files.write(large, new byte[5 * TurnReader.MAX_TURN_BYTES]);
            Path sub = Files.createDirectories(folder.resolve("run/0"));
            Files.writeString(sub.resolve("stderr.log"), "one\n");
            assertThat(follower.catchUp(LONG)).isTrue();
            assertThat(follower.counts().bytes()).isEqualTo(5L * TurnReader.MAX_TURN_BYTES + 4);
            Files.move(large, folder.resolve("large.log.1"));
            Files.write(large, new byte[2 * TurnReader.MAX_TURN_BYTES]);
            append(sub.resolve("stderr.log"), "two\n");
            assertThat(follower.catchUp(LONG)).isTrue();
            assertThat(follower.counts().bytes()).isEqualTo(7L * TurnReader.MAX_TURN_BYTES + 8);
        }
    }

    @Test
    void catchUp_endsWithItsTime_whileATextBlocks() throws Exception {
        Files.writeString(folder.resolve("a.log"), "one\n");
        CountDownLatch blocked = new CountDownLatch(1);
        try (LogFollower follower =
                new LogFollower(List.of(folder.toString()), blockingTexts(blocked), null, options)) {
            follower.start();
            blocked.await();
            assertThat(follower.catchUp(Duration.ofMillis(1))).isFalse();
            CompletableFuture<Boolean> caughtUp = CompletableFuture.supplyAsync(() -> catchUp(follower));
            unblocked.countDown();
            assertThat(caughtUp.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void catchUp_afterClose_isGivenUp() throws Exception {
        Files.writeString(folder.resolve("a.log"), "one\n");
        LogFollower follower = start(options, folder);
        follower.close();
        assertThat(follower.catchUp(LONG)).isFalse();
    }

    @Test
    void close_readsWhatIsThere_andEndsAll() throws Exception {
        Path file = Files.writeString(folder.resolve("a.log"), "one\n");
        Path positions = folder.resolve("state/positions");
        Files.createDirectory(positions.getParent());
        LogFollower follower = new LogFollower(List.of(file.toString()), texts, positions, options.withoutEvents());
        follower.start();
        assertThat(follower.catchUp(LONG)).isTrue();
        append(file, "two\n");
        follower.close();
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|");
        assertThat(Files.readString(positions)).contains("\"offset\":8");
        append(file, "three\n");
        follower.close();
        assertThat(texts.told()).containsExactly("a.log@0:one\ntwo\n|");
        assertThat(follower.counts().following()).isZero();
    }

    @Test
    void close_doesNotWaitForATextThatBlocks() throws Exception {
        Files.writeString(folder.resolve("a.log"), "one\n");
        CountDownLatch blocked = new CountDownLatch(1);
        try (Said said = new Said()) {
            LogFollower follower = new LogFollower(List.of(folder.toString()), blockingTexts(blocked), null, options);
            follower.start();
            blocked.await();
            long start = System.nanoTime();
            follower.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(said.warnings())
                    .containsExactly("logs: a reader blocks (expected: none when the follower closes);"
                            + " its thread is left alone");
        }
    }

    @Test
    void thread_isADaemon() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Files.writeString(folder.resolve("a.log"), "one\n");
        FollowedTexts noting = (file, from) -> {
            thread.complete(Thread.currentThread());
            return texts.open(file, from);
        };
        try (LogFollower follower = new LogFollower(List.of(folder.toString()), noting, null, options)) {
            follower.start();
            assertThat(thread.get(30, TimeUnit.SECONDS).isDaemon()).isTrue();
        }
        thread.get().join(30_000);
        assertThat(thread.get().isAlive()).isFalse();
    }

    private LogFollower start(FollowOptions with, Path... globs) {
        List<String> text = List.of(globs).stream().map(Path::toString).toList();
        LogFollower follower = new LogFollower(text, texts, null, with);
        follower.start();
        return follower;
    }

    private boolean told(String... expected) {
        return texts.told().equals(List.of(expected));
    }

    private FollowedTexts blockingTexts(CountDownLatch blocked) {
        return sneaky((file, from) -> {
            blocked.countDown();
            unblocked.await();
            return texts.open(file, from);
        });
    }

    private interface BlockingTexts {
        FollowedText open(Path file, FollowedText.Position from) throws InterruptedException;
    }

    private static FollowedTexts sneaky(BlockingTexts blocking) {
        return (file, from) -> {
            try {
                return blocking.open(file, from);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static boolean catchUp(LogFollower follower) {
        try {
            return follower.catchUp(LONG);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
