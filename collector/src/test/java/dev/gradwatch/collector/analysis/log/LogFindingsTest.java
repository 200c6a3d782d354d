package dev.gradwatch.collector.analysis.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.analysis.state.LogBook;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.model.Severity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What reporters saw and what was printed, together. */
class LogFindingsTest {
    @Test
    void index_ofALogBecomesTheManifestsName() {
        TestJob job = TestJob.withDefault("body", "!frozen", "aux_head");
        say(job, unused(1, List.of(2, 3)));
        job.ends(1);

        assertThat(job.finding()).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.UNUSED_PARAMETERS);
            assertThat(finding.title()).isEqualTo("aux_head got no gradient on rank 1");
            assertThat(finding.parameters()).containsExactly("aux_head.bias", "aux_head.weight");
        });
    }

    @Test
    void reportersCause_speaksAlone_andNamesThePlaceInTheLog() {
        TestJob job = TestJob.withDefault("body", "aux_head")
                .pass(0)
                .probe(new int[] {0}, new int[] {0})
                .diesOfUnused(0, "2 3")
                .diesOfUnused(1, "2 3");
        say(job, unused(0, List.of(2, 3)));
        job.ends(1);

        assertThat(job.finding()).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.NEVER_CALLED);
            assertThat(finding.log()).anySatisfy(line -> {
                assertThat(line.source()).isEqualTo("stderr");
                assertThat(line.line()).isEqualTo(41);
            });
        });
    }

    @Test
    void reportersLostConnection_isExplainedByTheTable() {
        TestJob job = TestJob.withDefault("body").pass(0);
        job.fails(0, "RuntimeError", "Connection closed by peer [127.0.0.1]:6575", "backward");
        say(
                job,
                message(
                        "elastic.table",
                        null,
                        Map.of(
                                "root_cause_rank",
                                1,
                                "exitcode",
                                -9,
                                "blocks",
                                List.of(Map.of("rank", 1, "exitcode", -9, "pid", 101, "host", "node7")))));
        job.ends(1);

        assertThat(job.findings()).extracting(finding -> finding.cause()).containsExactly(Cause.RANK_KILLED);
        assertThat(job.finding().ranks()).containsExactly(1);
    }

    @Test
    void jobThatEndedWell_hasNoErrorOfWhatItSurvived() {
        TestJob job = TestJob.withDefault("body").pass(0);
        say(job, message("cuda.oom.v2", 0, Map.of("size", "2.00 GiB", "gpu", 0)));
        job.ends(0);

        assertThat(job.finding().cause()).isEqualTo(Cause.OUT_OF_MEMORY);
        assertThat(job.finding().severity()).isEqualTo(Severity.WARNING);
    }

    @Test
    void restart_keepsWhatTheFormerAttemptDiedOf() {
        TestJob job = new TestJob(2);
        say(job, message("ddp.model.count", 1, Map.of("rank", 1, "params", 42, "other_rank", 0, "other_params", 40)));
        say(job, message("elastic.restart", null, Map.of()));
        assertThat(job.finding().cause()).isEqualTo(Cause.MODEL_MISMATCH);
        job.ends(0);

        assertThat(job.finding().severity()).isEqualTo(Severity.WARNING);
        assertThat(job.finding().detail()).contains("earlier launch");
    }

    @Test
    void sameMessageForEver_isKeptWithinBounds() {
        LogBook book = new LogBook();
        for (int line = 1; line <= 10_000; line++) {
            book.add(new LogMessage(
                    "cuda.error",
                    Severity.ERROR,
                    "stderr",
                    line,
                    line,
                    0,
                    0,
                    Map.of(),
                    "CUDA error",
                    LogMessage.Guide.NONE));
        }

        assertThat(book.messages()).hasSize(LogBook.MAX_OF_ONE);
    }

    @Test
    void lineThatIsReadAgain_isNotToldAgain() {
        LogBook book = new LogBook();
        LogMessage message = unused(1, List.of(4));

        assertThat(book.add(message)).isTrue();
        assertThat(book.add(message)).isFalse();
    }

    private static void say(TestJob job, LogMessage message) {
        job.tell(new MessageSeen("job", 3, message));
    }

    private static LogMessage unused(int rank, List<Integer> indices) {
        return message("ddp.unused.default", rank, Map.of("rank", rank, "param_indices", indices, "truncated", false));
    }

    private static LogMessage message(String id, Integer rank, Map<String, Object> fields) {
        return new LogMessage(
                id, Severity.ERROR, "stderr", 41, 44, rank, 0, fields, "the text of " + id, LogMessage.Guide.NONE);
    }
}
