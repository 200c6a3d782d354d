package dev.gradwatch.collector.analysis.gpu;

import dev.gradwatch.collector.model.Finding;
import java.util.List;

/** Knows one cause, or one kind of it. */
interface GpuDetector {
    List<Finding> detect(GpuView view);
}
