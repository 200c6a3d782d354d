package dev.gradwatch.collector.source.log;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;

/** Finished logs: files, folders of them such as torchrun's, compressed or not. */
public final class LogFiles {
    /** Files of one folder; a folder with more is no log folder. */
    public static final int MAX_FILES = 20_000;

    private static final int BUFFER_BYTES = 128 * 1024;
    private static final int SNIFFED_BYTES = 4_096;
    private static final short GZIP_MAGIC = 0x1f8b;

    /** What lies beside logs and is none. */
    private static final Set<String> BINARY = Set.of(
            "pt",
            "pth",
            "ckpt",
            "bin",
            "safetensors",
            "npz",
            "npy",
            "pkl",
            "nii",
            "png",
            "jpg",
            "jpeg",
            "pdf",
            "zip",
            "tar",
            "so",
            "pyc",
            "onnx",
            "h5",
            "hdf5",
            "model",
            "jar",
            "parquet",
            "arrow",
            "sqlite",
            "db");

    /**
     * The files that a path stands for, in an order in which they can be read: torchrun's attempts ascending.
     *
     * @throws IOException in one line, where there is nothing of that name, or it cannot be read, or it holds too many files
     */
    public static List<Path> under(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException(path + ": no such file (expected: a log, a folder of logs, or - for standard input)");
        }
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(path, EnumSet.of(FileVisitOption.FOLLOW_LINKS), 32, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile() && attributes.size() > 0 && isLog(file)) {
                    if (files.size() == MAX_FILES) {
                        throw new IOException(
                                path + ": more than " + MAX_FILES + " files (expected: a folder of logs)");
                    }
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // A loop of links, or a folder of somebody else's: the rest can be read.
                return FileVisitResult.CONTINUE;
            }
        });
        if (files.isEmpty()) {
            throw new IOException(path + ": no log in it (expected: a folder that holds files of text)");
        }
        files.sort((a, b) -> NaturalOrder.compare(a.toString(), b.toString()));
        return files;
    }

    private static boolean isLog(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.startsWith(".") || BINARY.contains(name.substring(name.lastIndexOf('.') + 1))) {
            return false;
        }
        if (name.endsWith(".gz")) {
            return !name.endsWith(".nii.gz") && !name.endsWith(".tar.gz");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] first = in.readNBytes(SNIFFED_BYTES);
            int zeros = 0;
            for (byte each : first) {
                zeros += each == 0 ? 1 : 0;
            }
            return zeros * 10 <= first.length;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Reads a file to its end; one that begins as gzip does is unpacked.
     *
     * @param progress is told each read's bytes, as they lie on the disk or, of standard input, as they come
     * @throws IOException in one line, with the file
     */
    public static void read(Path file, LogText text, LongConsumer progress) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (isCompressed(channel)) {
                read(Channels.newInputStream(channel), text, progress);
            } else {
                read(channel, text, progress);
            }
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file (expected: a log)", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": permission denied (expected: a file that can be read)", e);
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage() + " (expected: a file that can be read)", e);
        }
    }

    private static boolean isCompressed(FileChannel channel) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(2);
        // A pipe has no position to read from.
        return channel.size() >= 2 && channel.read(magic, 0) == 2 && magic.getShort(0) == GZIP_MAGIC;
    }

    /** By way of one buffer outside of the heap: with a stream, Java takes and gives back one for each read. */
    private static void read(FileChannel channel, LogText text, LongConsumer progress) throws IOException {
        ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER_BYTES);
        byte[] bytes = new byte[BUFFER_BYTES];
        while (channel.read(direct) >= 0) {
            int count = direct.flip().remaining();
            direct.get(bytes, 0, count).clear();
            text.append(bytes, 0, count);
            progress.accept(count);
        }
        text.end();
    }

    /** Reads a stream to its end, unpacked where it is gzip. */
    public static void read(InputStream in, LogText text, LongConsumer progress) throws IOException {
        InputStream counted = new CountedStream(in, progress);
        InputStream plain = counted;
        byte[] magic = counted.readNBytes(2);
        if (magic.length == 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            plain = new GZIPInputStream(
                    new java.io.SequenceInputStream(
                            new java.io.ByteArrayInputStream(magic), new BufferedInputStream(counted)),
                    BUFFER_BYTES);
        } else {
            text.append(magic, 0, magic.length);
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = plain.read(buffer); count >= 0; count = plain.read(buffer)) {
            text.append(buffer, 0, count);
        }
        text.end();
    }

    private static final class CountedStream extends java.io.FilterInputStream {
        private final LongConsumer progress;

        CountedStream(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            progress.accept(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int count = super.read(bytes, from, length);
            progress.accept(Math.max(0, count));
            return count;
        }
    }

    private LogFiles() {}
}
