package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.wire.Change;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.StepFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankLedgerTest {
    private static final long[] ONE = {1};
    private static final int RAN = StepFlags.FORWARD_RAN;

    @Test
    void emptyLedger_isTheGoldenOne() throws Exception {
        String hex = Files.readString(Path.of("protocol", "golden", "ledger-empty.hex"))
                .replaceAll("\\s", "");
        StringBuilder written = new StringBuilder();
        for (byte b : new FrameBuffer().add(new RankLedger(0, 3).snapshot()).toByteArray()) {
            written.append(String.format("%02x", b));
        }
        assertThat(written).hasToString(hex);
    }

    @Test
    void health_tellsDefinedZeroAndNotFinite() {
        RankLedger ledger = new RankLedger(0, 5);
        enter(ledger, 0, RAN, -1, 0, 2, Float.NaN, Float.POSITIVE_INFINITY);
        JsonNode members = Frames.json(ledger.snapshot());
        String text = members.at("/health/patterns/0").asText();
        assertThat(Frames.bits(text, 5, 0)).containsExactly(1, 2, 3, 4);
        assertThat(Frames.bits(text, 5, 1)).containsExactly(1);
        assertThat(Frames.bits(text, 5, 2)).containsExactly(3, 4);
        assertThat(members.get("totals")).hasToString("[[0,\"NaN\"]]");
        assertThat(floats(members.at("/norms/max").asText())).containsExactly(-1, 0, 2, -1, -1);
        assertThat(floats(members.at("/norms/last").asText()))
                .containsExactly(-1, 0, 2, Float.NaN, Float.POSITIVE_INFINITY);
    }

    @Test
    void totals_leaveOutWhatAScalerOrARaisingPassSpoils() {
        RankLedger ledger = new RankLedger(0, 2);
        enter(ledger, 0, RAN, 3, 4);
        enter(ledger, 1, RAN | StepFlags.SCALED, Float.POSITIVE_INFINITY, 1);
        enter(ledger, 2, RAN | StepFlags.PARTIAL, 1, 1);
        enter(ledger, 3, RAN, Float.POSITIVE_INFINITY, -1);
        enter(ledger, 4, RAN | StepFlags.SCALED, -1, 2);
        assertThat(Frames.json(ledger.snapshot()).get("totals")).hasToString("[[0,5.0],[3,\"Infinity\"],[4,2.0]]");
    }

    @Test
    void totals_keepTheNewest() {
        RankLedger ledger = new RankLedger(0, 1);
        int passes = 2 * Limits.MAX_TOTALS + 10;
        for (int backward = 0; backward < passes; backward++) {
            enter(ledger, backward, RAN, 1);
        }
        JsonNode totals = Frames.json(ledger.snapshot()).get("totals");
        assertThat(totals).hasSize(Limits.MAX_TOTALS);
        for (int i = 0; i < Limits.MAX_TOTALS; i++) {
            assertThat(totals.get(i).get(0).asInt()).isEqualTo(passes - Limits.MAX_TOTALS + i);
        }
    }

    @Test
    void times_areOfWatchedNeighboursOnly() {
        RankLedger ledger = new RankLedger(0, 1);
        long[][] passes = {{0, 0}, {1, 5}, {2, 9}, {70, 1_000}, {71, 7}};
        for (long[] pass : passes) {
            ledger.enter(pass[0], pass[0], ONE, RAN, pass[1], null);
        }
        JsonNode members = Frames.json(ledger.snapshot());
        assertThat(members.get("times")).hasToString("{\"count\":3,\"sum_nanos\":21,\"min_nanos\":5,\"max_nanos\":9}");
        assertThat(members.get("watched").asInt()).isEqualTo(5);
        assertThat(members.get("step").asInt()).isEqualTo(71);
        assertThat(members.get("backward").asInt()).isEqualTo(71);
    }

    @Test
    void flags_areThoseThatALedgerKeeps() {
        RankLedger ledger = new RankLedger(0, 1);
        ledger.enter(0, 0, ONE, 0xFF, 0, new float[] {1});
        JsonNode members = Frames.json(ledger.snapshot());
        int kept = StepFlags.NO_SYNC | RAN | StepFlags.PARTIAL | StepFlags.SCALED;
        assertThat(members.at("/used/runs/0/3").asInt()).isEqualTo(kept);
        assertThat(members.at("/health/runs/0/3").asInt()).isEqualTo(kept);
        assertThat(members.at("/norms/flags").asInt()).isEqualTo(kept);
    }

    @Test
    void changes_forgetTheOldestPastTheirBounds() {
        RankLedger ledger = new RankLedger(0, 1);
        for (int i = 0; i < Bounds.MAX_CHANGES + 5; i++) {
            ledger.enter(new Change(0, i, new int[] {0}, new int[0]), 1);
        }
        JsonNode changes = Frames.json(ledger.snapshot()).get("changes");
        assertThat(changes).hasSize(Bounds.MAX_CHANGES);
        assertThat(changes.get(0)).hasToString("{\"backward\":5,\"frozen\":[0],\"unfrozen\":[]}");
        ledger.enter(new Change(0, 9_999, new int[0], new int[0]), Bounds.MAX_FLIPS);
        assertThat(Frames.json(ledger.snapshot()).get("changes")).hasSize(1);
    }

    @Test
    void picture_staysAsItWas() {
        RankLedger ledger = new RankLedger(0, 2);
        enter(ledger, 0, RAN, 1, 2);
        var picture = ledger.snapshot();
        JsonNode before = Frames.json(picture);
        enter(ledger, 1, RAN, 3, 4);
        assertThat(Frames.json(picture)).isEqualTo(before);
    }

    @Test
    void ledgerOfTheLargestModel_fitsAFrame() {
        int size = Limits.MAX_PARAMETERS;
        RankLedger ledger = new RankLedger(0, size);
        Random random = new Random(0);
        for (int i = 0; i < 40; i++) {
            long[] pattern = new long[size / 64];
            Arrays.fill(pattern, -1);
            int gone = random.nextInt(size);
            pattern[gone / 64] &= ~(1L << gone);
            float[] norms = null;
            if (i < 10) {
                norms = new float[size];
                Arrays.fill(norms, 1);
                norms[i] = 0;
            }
            ledger.enter(10_000_000L + i, i, pattern, RAN, 1, norms);
        }
        int[] all = new int[size];
        Arrays.setAll(all, index -> index);
        ledger.enter(new Change(0, 1, all, new int[0]), size);
        ledger.enter(new Change(0, 2, new int[0], Arrays.copyOf(all, size / 2)), size / 2);
        JsonNode members = Frames.json(ledger.snapshot());
        assertThat(Frames.passes(members.get("used"))).isEqualTo(40);
        assertThat(Frames.passes(members.get("health"))).isEqualTo(10);
        assertThat(members.get("changes")).hasSize(1);
        long textBytes = 0;
        for (JsonNode pattern : members.at("/used/patterns")) {
            textBytes += pattern.asText().length();
        }
        assertThat(textBytes).isLessThanOrEqualTo(Bounds.PATTERN_TEXT_BYTES);
    }

    private static void enter(RankLedger ledger, long backward, int flags, float... norms) {
        ledger.enter(backward, 0, ONE, flags, 0, norms);
    }

    private static float[] floats(String text) {
        FloatBuffer read = ByteBuffer.wrap(Base64.getDecoder().decode(text))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] floats = new float[read.remaining()];
        read.get(floats);
        return floats;
    }
}
