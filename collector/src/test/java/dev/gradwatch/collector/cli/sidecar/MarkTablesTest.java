package dev.gradwatch.collector.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.ParameterMarks;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory.MarkPage;
import dev.gradwatch.collector.sink.http.Directory.ParameterQuery;
import dev.gradwatch.collector.sink.store.Store;
import dev.gradwatch.collector.sink.store.Stores;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a job of two modules, the second of which gets no gradient at first. */
class MarkTablesTest {
    private static final ParameterQuery ALL = new ParameterQuery(null, "", Set.of(), 0, 100);

    @TempDir
    Path folder;

    private final TestJob job = TestJob.withFind("body", "head");
    private final Jobs jobs = new Jobs();
    private int told;
    private Store store;
    private MarkTables tables;

    @BeforeEach
    void open() throws Exception {
        store = Stores.open("jdbc:sqlite:" + folder.resolve("store.db"));
        tables = new MarkTables(jobs, new StoredJobs(store));
        job.passes(3, 0);
        look();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void look() throws InterruptedException {
        List<Observation> all = job.told();
        all.subList(told, all.size()).forEach(jobs::accept);
        told = all.size();
        SampledJobs.examine(jobs);
    }

    private MarkPage page(ParameterQuery query) {
        return tables.page("job", query).orElseThrow();
    }

    @Test
    void marks_stayTheVeryObject_whileNoneChanges() throws Exception {
        ParameterMarks before = page(ALL).marks();
        job.passes(1, 0);
        look();
        assertThat(page(ALL).marks()).isSameAs(before);

        job.passes(1, 0, 1);
        look();
        ParameterMarks after = page(ALL).marks();
        assertThat(after.patterns().get(after.rows().get(2).pattern())).containsOnly(Mark.SOMETIMES);
        assertThat(before.patterns().get(before.rows().get(2).pattern())).containsOnly(Mark.NEVER);
    }

    @Test
    void rows_areChosenByNameAndMark() {
        assertThat(page(new ParameterQuery(null, "HEAD.w", Set.of(), 0, 100))
                        .marks()
                        .rows())
                .extracting(ParameterMarks.Row::name)
                .containsExactly("head.weight");
        assertThat(page(new ParameterQuery(0, "", Set.of("never"), 0, 100))
                        .marks()
                        .rows())
                .extracting(ParameterMarks.Row::name)
                .containsExactly("head.weight", "head.bias");
        assertThat(page(new ParameterQuery(1, "", Set.of(), 0, 100)).total()).isZero();
    }

    @Test
    void page_isCut_andSaysHowManyFit() {
        MarkPage page = page(new ParameterQuery(null, "", Set.of(), 3, 2));
        assertThat(page.total()).isEqualTo(4);
        assertThat(page.marks().rows()).extracting(ParameterMarks.Row::index).containsExactly(3);
    }

    @Test
    void unknownJob_hasNone() {
        assertThat(tables.page("other", ALL)).isEmpty();
    }
}
