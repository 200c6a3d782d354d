package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.model.Finding;
import java.util.List;

/** Says of one model whether a cause, or a tight family of them, is at work. A pure function: asked twice, it says the same. */
interface Detector {
    /** What is true now; empty where nothing is. */
    List<Finding> detect(ModelView model);
}
