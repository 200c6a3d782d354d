package dev.gradwatch.collector.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a page's main thread did, by its own time, from a trace of Chromium.
 *
 * @param tasks how many of at least a millisecond
 * @param slow how many of more than {@link #LONG_MILLIS}
 */
record MainThread(double totalMillis, int tasks, int slow, double longestMillis) {
    static final int LONG_MILLIS = 50;

    /** The one that has whole tasks, the outermost events of a thread. */
    static final List<String> CATEGORIES = List.of("toplevel");

    private static final String TASK = "ThreadControllerImpl::RunTask";
    private static final String THREAD = "CrRendererMain";
    private static final double MICROS_PER_MILLI = 1000;

    /** Of the renderer that did most: Chromium keeps a spare one. */
    static MainThread of(byte[] trace) throws IOException {
        JsonNode events = new ObjectMapper().readTree(trace).path("traceEvents");
        Map<String, List<Double>> renderers = new HashMap<>();
        for (JsonNode event : events) {
            if (event.path("name").asText().equals("thread_name")
                    && event.path("args").path("name").asText().equals(THREAD)) {
                renderers.put(thread(event), new ArrayList<>());
            }
        }
        for (JsonNode event : events) {
            List<Double> of = renderers.get(thread(event));
            if (of != null && event.path("name").asText().equals(TASK)) {
                of.add(event.path("tdur").asDouble() / MICROS_PER_MILLI);
            }
        }
        return renderers.values().stream()
                .map(MainThread::of)
                .reduce((one, other) -> one.totalMillis >= other.totalMillis ? one : other)
                .orElseThrow(() -> new IOException("trace: no " + THREAD + " (expected: that of a page)"));
    }

    private static MainThread of(List<Double> millis) {
        return new MainThread(
                millis.stream().mapToDouble(task -> task).sum(),
                (int) millis.stream().filter(task -> task >= 1).count(),
                (int) millis.stream().filter(task -> task > LONG_MILLIS).count(),
                millis.stream().mapToDouble(task -> task).max().orElse(0));
    }

    private static String thread(JsonNode event) {
        return event.path("pid").asText() + "/" + event.path("tid").asText();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "main thread %.0f ms in all, %d tasks over 50 ms, longest %.0f ms",
                totalMillis,
                slow,
                longestMillis);
    }
}
