package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.model.Finding;
import java.util.List;

/** Says of a job's messages whether a cause, or a tight family of them, is at work. A pure function. */
interface LogDetector {
    /** What is true now; empty where nothing is. */
    List<Finding> detect(LogView view);
}
