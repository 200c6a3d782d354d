package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.ThrottleReason;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with a GPU, in words. */
final class GpuTroubles {
    static List<String> of(Gpu gpu) {
        List<String> troubles = new ArrayList<>();
        switch (gpu.state()) {
            case OK -> {}
            case LOST -> troubles.add("lost: it fell off the bus, or needs a reset");
            case NO_PERMISSION -> troubles.add("the driver does not let this user look at it");
            case FAILED -> troubles.add("the driver answers with errors");
        }
        List<String> harmful = gpu.throttle() == null ? List.of() : ThrottleReason.harmful(gpu.throttle());
        if (!harmful.isEmpty()) {
            troubles.add("clocks are held down: " + String.join(", ", harmful));
        }
        Gpu.Errors errors = gpu.errors();
        if (errors != null && errors.uncorrected() != null && errors.uncorrected() > 0) {
            troubles.add("memory errors that could not be corrected: " + errors.uncorrected());
        }
        if (errors != null && Boolean.TRUE.equals(errors.pendingRetirement())) {
            troubles.add("bad memory waits for a reset to be taken out of use");
        }
        return troubles;
    }

    private GpuTroubles() {}
}
