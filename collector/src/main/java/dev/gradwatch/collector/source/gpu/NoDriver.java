package dev.gradwatch.collector.source.gpu;

import dev.gradwatch.collector.model.GpuDriver;

/** The driver cannot be asked. Never leaves this package. */
final class NoDriver extends Exception {
    private static final long serialVersionUID = 1;

    private final transient GpuDriver driver;

    NoDriver(GpuDriver.State state, String hint) {
        super(hint, null, false, false);
        driver = new GpuDriver(state, null, null, hint);
    }

    /** Its state, with what to do about it. */
    GpuDriver driver() {
        return driver;
    }
}
