package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * NVML, loaded and initialised. However many hold it in this process, it is initialised once, and shut down and unloaded when the last one closes it.
 * Unloading matters: after an update of the driver only a library that is loaded anew fits the new kernel driver. Thread-safe.
 */
final class NvmlLibrary {
    private static final int POINTER_BYTES = 8;

    /** By the file that was asked for; guarded by itself, as are all fields of its values. */
    private static final Map<String, NvmlLibrary> OPEN = new HashMap<>();

    private final String key;
    private final NativeLibrary library;
    private int holders;
    private int life;
    private boolean initialised;

    private NvmlLibrary(String key, NativeLibrary library) {
        this.key = key;
        this.library = library;
    }

    /**
     * @param file null where the driver's own is meant
     * @throws NoDriver with the state and what to do
     */
    static NvmlLibrary open(@Nullable String file) throws NoDriver {
        synchronized (OPEN) {
            String key = file == null ? "" : file;
            NvmlLibrary opened = OPEN.get(key);
            if (opened == null) {
                opened = new NvmlLibrary(key, load(file));
                OPEN.put(key, opened);
            }
            opened.holders++;
            try {
                opened.initialise();
            } catch (NoDriver e) {
                opened.close();
                throw e;
            }
            return opened;
        }
    }

    private static NativeLibrary load(@Nullable String file) throws NoDriver {
        try {
            if (Native.POINTER_SIZE != POINTER_BYTES) {
                throw Hints.noNvml("this JVM", "is not of 64 bits");
            }
        } catch (LinkageError e) {
            throw Hints.noJna(e);
        }
        for (String name : file == null ? names() : List.of(absolute(file))) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError e) {
                if (file != null) {
                    throw Hints.noNvml(file, "cannot be loaded");
                }
            }
        }
        throw Hints.noLibrary();
    }

    private static List<String> names() {
        if (!Platform.isWindows()) {
            // The later two are where WSL, and clusters that put the driver into containers, have it beside the
            // loader's path.
            return List.of(
                    "libnvidia-ml.so.1",
                    "/usr/lib/wsl/lib/libnvidia-ml.so.1",
                    "/usr/local/nvidia/lib64/libnvidia-ml.so.1");
        }
        List<String> names = new ArrayList<>();
        names.add("nvml");
        addBelow(names, System.getenv("ProgramFiles"), "NVIDIA Corporation", "NVSMI", "nvml.dll");
        addBelow(names, System.getenv("SystemRoot"), "System32", "nvml.dll");
        return names;
    }

    private static void addBelow(List<String> names, @Nullable String folder, String... path) {
        if (folder != null) {
            names.add(Path.of(folder, path).toString());
        }
    }

    private static String absolute(String file) throws NoDriver {
        try {
            Path path = Path.of(file).toAbsolutePath();
            if (Files.isRegularFile(path)) {
                return path.toString();
            }
        } catch (InvalidPathException e) {
            throw Hints.noFile(file);
        }
        throw Hints.noFile(file);
    }

    /** Null where the library has no such function. */
    @Nullable
    Function function(String name) {
        try {
            return library.getFunction(name);
        } catch (UnsatisfiedLinkError e) {
            return null;
        }
    }

    /** How often it was initialised: a handle is of the life in which it was got. */
    int life() {
        synchronized (OPEN) {
            return life;
        }
    }

    /**
     * Shuts down and initialises again, unless another holder did since.
     *
     * @param seen the life that came to its end
     */
    void renew(int seen) throws NoDriver {
        synchronized (OPEN) {
            if (life == seen) {
                shutDown();
            }
            initialise();
        }
    }

    private void initialise() throws NoDriver {
        if (initialised) {
            return;
        }
        Function init = function("nvmlInit_v2");
        if (init == null) {
            init = function("nvmlInit");
        }
        if (init == null) {
            throw Hints.noNvml(key.isEmpty() ? library.getName() : key, "has no function nvmlInit");
        }
        int code = init.invokeInt(new Object[0]);
        if (code != NvmlError.SUCCESS && code != NvmlError.ALREADY_INITIALIZED) {
            throw Hints.of(new NvmlError(init.getName(), code), text(code));
        }
        initialised = true;
        life++;
    }

    private void shutDown() {
        Function function = function("nvmlShutdown");
        if (initialised && function != null) {
            // What it answers changes nothing for us.
            int ignored = function.invokeInt(new Object[0]);
        }
        initialised = false;
    }

    /** What NVML says of a code. */
    String text(int code) {
        Function function = function("nvmlErrorString");
        String text = function == null ? null : function.invokeString(new Object[] {code}, false);
        return text == null ? "error " + code : text;
    }

    /** For each {@link #open} once. */
    void close() {
        synchronized (OPEN) {
            holders--;
            if (holders == 0) {
                shutDown();
                OPEN.remove(key);
                library.close();
            }
        }
    }
}
