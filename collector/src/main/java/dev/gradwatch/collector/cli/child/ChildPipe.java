package dev.gradwatch.collector.cli.child;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Our reading end of a child's stdout or stderr.
 *
 * <p>Opened anew by way of {@code /proc}, because Java's own ends with the child, and a grandchild that writes on would die of a broken pipe.
 * Where that cannot be done, it is Java's own, and has no descriptor that {@link OutputKeeper} could take over.
 *
 * @param descriptor its number in this process; {@link #UNKNOWN} for Java's own
 * @param link what the number stands for, such as {@code pipe:[4711]}, since numbers are given out again
 */
record ChildPipe(InputStream stream, int descriptor, String link) {
    static final int UNKNOWN = -1;

    /**
     * Takes over one of the child's pipes.
     *
     * @param target its descriptor in the child: 1 or 2
     * @param javas Java's own stream for it
     */
    static ChildPipe take(long pid, int target, InputStream javas) {
        Path end = Path.of("/proc", Long.toString(pid), "fd", Integer.toString(target));
        try {
            String link = link(end);
            // A child may have put something else there already; only a pipe that we have the other end of is the one.
            if (!link.startsWith("pipe:") || descriptorOf(link) == UNKNOWN) {
                return javas(javas);
            }
            InputStream own = new FileInputStream(end.toFile());
            if (!link(end).equals(link)) {
                own.close();
                return javas(javas);
            }
            // Otherwise Java would take away at the child's end what is left in the pipe.
            javas.close();
            return new ChildPipe(own, descriptorOf(link), link);
        } catch (IOException | UncheckedIOException itEndedOrThereIsNoProc) {
            return javas(javas);
        }
    }

    private static ChildPipe javas(InputStream stream) {
        return new ChildPipe(stream, UNKNOWN, "");
    }

    private static String link(Path descriptor) throws IOException {
        return Files.readSymbolicLink(descriptor).toString();
    }

    private static int descriptorOf(String link) throws IOException {
        try (DirectoryStream<Path> ours = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : ours) {
                if (isLink(descriptor, link)) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
        return UNKNOWN;
    }

    private static boolean isLink(Path descriptor, String link) {
        try {
            return link(descriptor).equals(link);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
