package dev.gradwatch.collector.analysis.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Manifest;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelFailuresTest {
    private static final Manifest.DdpSettings DEFAULT = new Manifest.DdpSettings(false, false, true, false, 25, false);
    private static final Manifest.DdpSettings FIND = new Manifest.DdpSettings(true, false, true, false, 25, false);

    @Test
    void exceptionOfTheDiscriminator_thatNobodyCatches_saysNothingOfTheGenerator() {
        TestJob job = new TestJob(2).start(TestJob.manifest(0, "Generator", List.of("body", "head"), DEFAULT));
        job.passes(60, 0, 1);
        job.start(TestJob.manifest(1, "Discriminator", List.of("body", "aux"), DEFAULT));
        job.pass(0);
        for (int rank = 0; rank < 2; rank++) {
            job.diesOfUnused(rank, "2 3")
                    .fails(rank, "RuntimeError", TestJob.UNUSED_TEXT.formatted(rank, "2 3"), "uncaught");
        }
        Finding finding = job.ends(1).finding();

        assertThat(finding.cause()).isEqualTo(Cause.NEVER_CALLED);
        assertThat(finding.model()).isEqualTo(1);
    }

    @Test
    void exceptionOfOneModel_isNoProofInAFindingOfAnother() {
        TestJob job = new TestJob(2).start(TestJob.manifest(0, "Generator", List.of("body", "skip"), FIND));
        job.passes(5, 0, 1).passes(5, 0);
        job.start(TestJob.manifest(1, "Discriminator", List.of("body", "aux"), DEFAULT));
        job.pass(0).diesOfUnused(0, "2 3").diesOfUnused(1, "2 3").ends(1);

        assertThat(job.findings()).extracting(Finding::model).containsExactly(1, 0);
        assertThat(job.findings().get(0).log()).hasSize(2);
        assertThat(job.findings().get(1).log()).isEmpty();
    }
}
