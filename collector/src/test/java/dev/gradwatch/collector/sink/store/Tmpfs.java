package dev.gradwatch.collector.sink.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small real disk, where this machine lets its user mount one; else the test is aborted. */
record Tmpfs(Path folder) implements AutoCloseable {
    static Tmpfs mount(Path folder, String size) throws Exception {
        Files.createDirectories(folder);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString()) == 0,
                "mounting a tmpfs is not allowed here");
        return new Tmpfs(folder);
    }

    void makeReadOnly() throws Exception {
        assumeTrue(run("mount", "-o", "remount,ro", folder.toString()) == 0, "remounting is not allowed here");
    }

    /** Takes all the room that is left. */
    Path fill() throws IOException {
        Path filler = folder.resolve("filler");
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            return filler;
        }
    }

    @Override
    public void close() throws Exception {
        run("umount", "-l", folder.toString());
    }

    private static int run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }
}
