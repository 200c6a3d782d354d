package dev.gradwatch.collector.source.gpu;

/** A call of NVML that did not succeed. It has no stack trace: on many machines some calls fail at every reading. */
final class NvmlError extends Exception {
    private static final long serialVersionUID = 1;

    static final int SUCCESS = 0;
    static final int UNINITIALIZED = 1;
    static final int INVALID_ARGUMENT = 2;
    static final int NOT_SUPPORTED = 3;
    static final int NO_PERMISSION = 4;
    static final int ALREADY_INITIALIZED = 5;
    static final int NOT_FOUND = 6;
    static final int INSUFFICIENT_SIZE = 7;
    static final int DRIVER_NOT_LOADED = 9;
    static final int LIBRARY_NOT_FOUND = 12;
    static final int FUNCTION_NOT_FOUND = 13;
    static final int GPU_IS_LOST = 15;
    static final int RESET_REQUIRED = 16;
    static final int OPERATING_SYSTEM = 17;
    static final int LIB_RM_VERSION_MISMATCH = 18;
    static final int NO_DATA = 21;
    static final int ARGUMENT_VERSION_MISMATCH = 25;
    static final int DEPRECATED = 26;
    static final int NOT_READY = 27;

    private final int code;

    NvmlError(String function, int code) {
        super(function + ": " + code + " (expected: 0)", null, false, false);
        this.code = code;
    }

    /** As NVML returned it. */
    int code() {
        return code;
    }

    /** Whether the GPU fell off the bus or needs a reset. */
    boolean isLost() {
        return code == GPU_IS_LOST || code == RESET_REQUIRED;
    }

    /** Whether the driver went away under the library, as when it is loaded again. */
    boolean isReload() {
        return code == UNINITIALIZED || code == DRIVER_NOT_LOADED;
    }

    boolean isDenied() {
        return code == NO_PERMISSION || code == OPERATING_SYSTEM;
    }

    /** Whether this library, or this GPU, will not answer it later either. */
    boolean isLasting() {
        return code == NOT_SUPPORTED
                || code == FUNCTION_NOT_FOUND
                || code == ARGUMENT_VERSION_MISMATCH
                || code == DEPRECATED;
    }

    /** Whether it only says that there is no such value, or none for us. */
    boolean isAbsence() {
        return isLasting()
                || isDenied()
                || code == NOT_FOUND
                || code == NO_DATA
                || code == NOT_READY
                || code == INVALID_ARGUMENT;
    }

    /** Whether an older form of the function may be understood where this one is not. */
    boolean isOfTheForm() {
        return code == FUNCTION_NOT_FOUND || code == ARGUMENT_VERSION_MISMATCH || code == INVALID_ARGUMENT;
    }
}
