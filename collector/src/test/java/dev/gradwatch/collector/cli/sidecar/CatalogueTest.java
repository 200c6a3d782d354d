package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.JobSummary.State;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.sink.http.Directory.JobOrder;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private final Catalogue catalogue = new Catalogue();

    @BeforeEach
    void fill() {
        catalogue.put(job("1", "unet", State.FINISHED, 10, Severity.INFO));
        catalogue.put(job("2", "Detector", State.FINISHED, 20, null));
        catalogue.put(job("3", "llm", State.RUNNING, 5, Severity.ERROR));
        catalogue.put(job("4", "detector", State.FAILED, 30, Severity.CRITICAL));
        catalogue.put(job("5", "aug", State.RUNNING, 40, Severity.ERROR));
    }

    @Test
    void newest_hasRunningJobsFirst() {
        assertThat(ids(JobOrder.NEWEST, 0, 10)).containsExactly("5", "3", "4", "2", "1");
    }

    @Test
    void worst_isOfAllJobs_notOfTheFirstPage() {
        assertThat(ids(JobOrder.WORST, 0, 10)).containsExactly("4", "5", "3", "1", "2");
        assertThat(ids(JobOrder.WORST, 2, 2)).containsExactly("3", "1");
    }

    @Test
    void name_isInAnyCase() {
        assertThat(ids(JobOrder.NAME, 0, 10)).containsExactly("5", "4", "2", "3", "1");
    }

    @Test
    void order_followsWhatBecameOfAJob() {
        catalogue.put(job("2", "Detector", State.FINISHED, 20, Severity.CRITICAL));
        assertThat(ids(JobOrder.WORST, 0, 2)).containsExactly("4", "2");
        assertThat(ids(JobOrder.NEWEST, 0, 10)).containsExactly("5", "3", "4", "2", "1");
    }

    private List<String> ids(JobOrder order, int offset, int limit) {
        return catalogue.page(new JobQuery("", null, offset, limit), order).jobs().stream()
                .map(JobSummary::id)
                .toList();
    }

    private static JobSummary job(String id, String name, State state, long started, @Nullable Severity worst) {
        return new JobSummary(id, name, "run", state, null, started, started + 1, 2, 2, 1, 1, "", worst, "", 0, 1);
    }
}
