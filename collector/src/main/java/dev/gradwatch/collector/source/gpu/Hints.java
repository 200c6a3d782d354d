package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.GpuDriver.State;

/** What is said where the driver cannot be asked: the fact, then what to do. */
final class Hints {
    static final String NO_GPU = "The driver shows no GPU here; a container sees those that it was started with,"
            + " such as by --gpus all or NVIDIA_VISIBLE_DEVICES.";

    private Hints() {}

    static NoDriver noLibrary() {
        return new NoDriver(
                State.NO_LIBRARY,
                "No NVIDIA driver is installed here; where the machine has a GPU, install the driver,"
                        + " and start a container with --gpus all.");
    }

    static NoDriver noFile(String file) {
        return new NoDriver(
                State.NO_LIBRARY,
                "nvml: " + file + " is not there (expected: the path of NVIDIA's libnvidia-ml.so.1).");
    }

    static NoDriver noNvml(String file, String why) {
        return new NoDriver(
                State.FAILED,
                "nvml: " + file + " " + why + " (expected: NVIDIA's libnvidia-ml.so.1 for this machine).");
    }

    static NoDriver noJna(LinkageError why) {
        return new NoDriver(
                State.FAILED,
                "No native library can be called here: " + why
                        + " (expected: a temporary folder from which code may be run; choose one by -Djna.tmpdir).");
    }

    /** @param text what NVML says of the code */
    static NoDriver of(NvmlError error, String text) {
        return switch (error.code()) {
            case NvmlError.DRIVER_NOT_LOADED, NvmlError.UNINITIALIZED ->
                new NoDriver(
                        State.NO_DRIVER,
                        "NVIDIA's kernel driver is not loaded; run `modprobe nvidia`, and see what `nvidia-smi` says.");
            case NvmlError.LIBRARY_NOT_FOUND ->
                new NoDriver(
                        State.NO_DRIVER,
                        "A library of NVIDIA's driver is missing; install the driver again, and see what `nvidia-smi` says.");
            case NvmlError.LIB_RM_VERSION_MISMATCH ->
                new NoDriver(
                        State.VERSION_MISMATCH,
                        "NVIDIA's driver was updated while the old one is still loaded; reboot, or unload and load its kernel modules.");
            case NvmlError.NO_PERMISSION, NvmlError.OPERATING_SYSTEM ->
                new NoDriver(
                        State.NO_PERMISSION,
                        "The GPUs may not be opened by this user; see who may read and write /dev/nvidia*, and whether the"
                                + " container or cgroup was given the devices.");
            default ->
                new NoDriver(
                        State.FAILED,
                        "NVIDIA's driver answers with an error: " + text + " (" + error.getMessage()
                                + "); see what `nvidia-smi` and the kernel's log say.");
        };
    }
}
