package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedFolderTest {
    @TempDir
    private Path home;

    private final TreeMap<String, byte[]> files = new TreeMap<>();
    private Path cache;

    @BeforeEach
    void setUp() {
        cache = home.resolve("cache/gradwatch");
        for (int i = 0; i < 20; i++) {
            files.put("gradwatch/part" + i + ".py", ("value = " + i).getBytes(StandardCharsets.UTF_8));
        }
        files.put("gradwatch/inject/sitecustomize.py", "import gradwatch\n".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void files_areUnpackedForThisUserAlone() throws IOException {
        Path folder = unpack().path();
        assertThat(folder.getParent()).isEqualTo(cache);
        assertThat(folder.resolve("gradwatch/part7.py")).hasContent("value = 7");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void secondRun_findsTheFirstOnes() throws IOException {
        Path folder = unpack().path();
        Path mark = Files.writeString(folder.resolve("mark"), "");
        assertThat(unpack().path()).isEqualTo(folder);
        assertThat(mark).exists();
    }

    @Test
    void otherContent_getsAnotherFolder() throws IOException {
        Path folder = unpack().path();
        files.put("gradwatch/part7.py", "value = 8".getBytes(StandardCharsets.UTF_8));
        assertThat(unpack().path()).isNotEqualTo(folder);
    }

    @Test
    void copyThatLostAFile_isReplaced() throws IOException {
        Path folder = unpack().path();
        Files.delete(folder.resolve("gradwatch/part7.py"));
        assertThat(unpack().path()).isEqualTo(folder);
        assertThat(folder.resolve("gradwatch/part7.py")).hasContent("value = 7");
        assertNothingElseIn(cache);
    }

    @Test
    void runsAtOnce_allGetAWholeCopy() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Callable<UnpackedFolder>> tasks = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            tasks.add(this::unpack);
        }
        for (Future<UnpackedFolder> done : threads.invokeAll(tasks)) {
            assertThat(done.get().path().resolve("gradwatch/part19.py")).hasContent("value = 19");
        }
        threads.shutdown();
        assertNothingElseIn(cache);
    }

    @Test
    void cacheThatCannotBeWritten_makesWayForATemporaryFolder() throws IOException {
        // A file in the place of the folder stops even the superuser.
        Files.createDirectories(cache.getParent());
        Files.writeString(cache, "");
        Path folder;
        try (UnpackedFolder unpacked = unpack()) {
            folder = unpacked.path();
            assertThat(folder.resolve("gradwatch/part7.py")).hasContent("value = 7");
        }
        assertThat(folder).doesNotExist();
    }

    private UnpackedFolder unpack() throws IOException {
        return UnpackedFolder.of("reporter", files, cache);
    }

    private static void assertNothingElseIn(Path cache) throws IOException {
        try (Stream<Path> left = Files.list(cache)) {
            assertThat(left).hasSize(1);
        }
    }
}
