package dev.gradwatch.collector.analysis.gpu;

import static dev.gradwatch.collector.analysis.gpu.GpuTrace.GB;
import static dev.gradwatch.collector.analysis.gpu.GpuTrace.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.JobState;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is told of GPUs in the course of a day. */
class GpuDayTest {
    private static final int DAY = 24 * HOUR;
    private static final int MINUTE = 60;
    private static final int POLL = 10;
    /** The pauses of an epoch, in which nothing opens or ends. */
    private static final int PAUSE = 3 * MINUTE;

    private static final int SUSTAINED = 2 * MINUTE;

    /** When a finding was true. */
    private record Span(int opened, int closed) {}

    private final Map<String, List<Span>> spans = new LinkedHashMap<>();
    private final Map<String, Integer> open = new LinkedHashMap<>();
    private final Map<String, Finding> firsts = new LinkedHashMap<>();
    private final Set<String> titles = new LinkedHashSet<>();

    private void tell(GpuTrace trace, int seconds, int poll) {
        JobState state = new JobState("job");
        trace.start(state::apply);
        for (int second = 0; second < seconds; second++) {
            trace.second(second, state::apply);
            if (second % poll == 0) {
                note(second, state.report().findings());
            }
        }
        note(seconds, List.of());
    }

    private void note(int second, List<Finding> findings) {
        List<String> ids = findings.stream().map(Finding::id).toList();
        findings.forEach(finding -> {
            firsts.putIfAbsent(finding.id(), finding);
            titles.add(finding.title());
            open.putIfAbsent(finding.id(), second);
        });
        new ArrayList<>(open.keySet())
                .stream()
                        .filter(id -> !ids.contains(id))
                        .forEach(id -> spans.computeIfAbsent(id, key -> new ArrayList<>())
                                .add(new Span(open.remove(id), second)));
    }

    private void assertTold(String id, int from, int within, int to, int ending) {
        assertThat(spans.get(id)).as("%s of %s", id, spans).hasSize(1);
        Span span = spans.get(id).get(0);
        assertThat(span.opened()).as("%s opened", id).isBetween(from, from + within);
        assertThat(span.closed()).as("%s closed", id).isBetween(to, to + ending);
    }

    @Test
    void healthyDay_hasNoFinding() {
        tell(new GpuTrace(8), DAY, MINUTE);
        assertThat(spans).isEmpty();
    }

    @Test
    void hangsAndEvaluations_areNoIdleness() {
        GpuTrace trace = new GpuTrace(2)
                .between(2 * HOUR, 3 * HOUR, moment -> {
                    moment.steps = false;
                    moment.percent = moment.rank == 0 ? 0 : 100;
                })
                .between(4 * HOUR, 5 * HOUR, moment -> {
                    moment.steps = false;
                    moment.percent = 0;
                });
        tell(trace, 6 * HOUR, POLL);
        assertThat(spans).isEmpty();
    }

    @Test
    void use_opensAndEnds() {
        GpuTrace trace = new GpuTrace(4)
                .between(2 * HOUR, 2 * HOUR + 600, moment -> {
                    moment.percent = moment.trains() ? (moment.rank == 1 ? 14 : 99) : moment.percent;
                })
                .between(4 * HOUR, 4 * HOUR + 600, moment -> {
                    moment.percent = moment.trains() ? 18 : moment.percent;
                })
                .between(6 * HOUR, 6 * HOUR + 600, moment -> {
                    moment.percent = moment.trains() ? 99 : moment.percent;
                })
                .between(8 * HOUR, 8 * HOUR + 600, 2, moment -> {
                    moment.throttle |= moment.trains() ? Gpu.HW_SLOWDOWN | Gpu.HW_THERMAL_SLOWDOWN : 0;
                    moment.celsius = 91;
                });
        tell(trace, 10 * HOUR, POLL);
        int window = SUSTAINED + PAUSE;
        assertTold("gpu_idle/ranks", 2 * HOUR, window, 2 * HOUR + 600, window);
        assertTold("gpu_idle/job", 4 * HOUR, window, 4 * HOUR + 600, window);
        assertTold("gpu_saturated/job", 6 * HOUR, window, 6 * HOUR + 600, window);
        assertTold("gpu_throttled/ranks", 8 * HOUR, window, 8 * HOUR + 600, window);
        assertThat(spans).hasSize(4);
        assertThat(firsts.get("gpu_idle/ranks").ranks()).containsExactly(1);
        assertThat(firsts.get("gpu_idle/job").ranks()).containsExactly(0, 1, 2, 3);
        assertThat(firsts.get("gpu_throttled/ranks").title())
                .isEqualTo("rank 2's GPU runs at lower clocks because of heat: 91 °C, 389 W");
    }

    @Test
    void memory_opensAndEnds() {
        GpuTrace trace = new GpuTrace(2)
                .between(4 * HOUR, 8 * HOUR, 0, moment -> moment.own += 3 * GB * (moment.second - 4 * HOUR) / HOUR)
                .between(
                        12 * HOUR,
                        14 * HOUR,
                        moment ->
                                // From 44 GB to 78 GB in 40 minutes, and there it stays.
                                moment.own += Math.min(33 * GB, 33 * GB * (moment.second - 12 * HOUR) / 2_400))
                .between(16 * HOUR, 16 * HOUR + 1_200, 0, moment -> moment.own += 20 * GB);
        tell(trace, 18 * HOUR, POLL);
        assertTold("gpu_memory_growing/ranks", 4 * HOUR + HOUR, 2 * HOUR, 8 * HOUR, HOUR);
        assertTold("gpu_memory_full/ranks", 12 * HOUR + 1_800, 700, 12 * HOUR + 2_400, 900);
        assertTold("gpu_memory_unequal/ranks", 16 * HOUR, 2 * SUSTAINED + PAUSE, 16 * HOUR + 1_200, SUSTAINED + PAUSE);
        assertThat(spans.keySet())
                .containsExactlyInAnyOrder(
                        "gpu_memory_growing/ranks", "gpu_memory_full/ranks", "gpu_memory_unequal/ranks");
        assertThat(titles)
                .contains("GPU memory grows by 3.0 GB an hour on rank 0, and is full in about 8 hours at that rate");
        assertThat(firsts.get("gpu_memory_unequal/ranks").title())
                .isEqualTo("rank 0 uses 64.0 GB of its GPU's memory, rank 1 only 44.0 GB");
    }

    @Test
    void others_areToldWhileTheyAreThere() {
        GpuTrace trace = new GpuTrace(8)
                .between(0, HOUR, 3, moment -> moment.tenants = tenant(4_711, "python eval.py", 3.2 * GB, null))
                .between(
                        2 * HOUR,
                        2 * HOUR + 600,
                        5,
                        moment -> moment.tenants = tenant(4_712, "python serve.py", 1.5 * GB, null))
                .between(3 * HOUR, 3 * HOUR + 8, 5, moment -> moment.tenants = tenant(4_713, "python", 1.5 * GB, null))
                .between(4 * HOUR, 5 * HOUR, 0, moment -> {
                    List<GpuSample.Tenant> strays = new ArrayList<>();
                    for (int rank = 1; rank < 8; rank++) {
                        strays.addAll(tenant(4_000 + rank, "python train.py", 0.412 * GB, rank));
                    }
                    moment.tenants = strays;
                });
        tell(trace, 6 * HOUR, POLL);
        assertTold("gpu_memory_taken/node0.4711", 0, 0, HOUR, 20);
        assertTold("gpu_memory_taken/node0.4712", 2 * HOUR, 20, 2 * HOUR + 600, 20);
        assertTold("gpu_shared_by_ranks/context", 4 * HOUR, 20, 5 * HOUR, 20);
        assertThat(spans).hasSize(3);
        assertThat(firsts.get("gpu_memory_taken/node0.4711").title())
                .isEqualTo("python eval.py (pid 4711) holds 3.2 GB of rank 3's GPU since before the job started");
        assertThat(firsts.get("gpu_memory_taken/node0.4712").title())
                .isEqualTo("python serve.py (pid 4712) holds 1.5 GB of rank 5's GPU, and came while the job ran");
        assertThat(firsts.get("gpu_shared_by_ranks/context").title())
                .isEqualTo("ranks 1-7 each hold about 412 MB on rank 0's GPU, beside their own GPUs");
        assertThat(firsts.get("gpu_shared_by_ranks/context").ranks()).containsExactly(1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void faults_areTold() {
        GpuTrace trace = new GpuTrace(4)
                .between(HOUR, 3 * HOUR, 1, moment -> moment.uncorrected = 5)
                .between(HOUR + 600, 3 * HOUR, 2, moment -> moment.pending = true)
                .between(HOUR + 1_200, 3 * HOUR, 3, moment -> {
                    moment.state = Gpu.State.LOST;
                    moment.steps = false;
                });
        tell(trace, 2 * HOUR, POLL);
        assertTold("gpu_errors/ecc", HOUR, POLL, 2 * HOUR, 0);
        assertTold("gpu_errors/retirement", HOUR + 600, POLL, 2 * HOUR, 0);
        assertTold("gpu_errors/lost", HOUR + 1_200, POLL, 2 * HOUR, 0);
        assertThat(spans).hasSize(3);
        assertThat(firsts.get("gpu_errors/lost").title()).isEqualTo("rank 3's GPU fell off the bus");
        assertThat(firsts.get("gpu_errors/ecc").title())
                .isEqualTo("the memory of rank 1's GPU had 3 ECC errors that could not be corrected");
    }

    private static List<GpuSample.Tenant> tenant(long pid, String name, double bytes, Integer rank) {
        return List.of(new GpuSample.Tenant(pid, name, (long) bytes, rank));
    }
}
