package dev.gradwatch.collector.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.alert.AlertBook.Ending;
import dev.gradwatch.collector.model.Alert;
import dev.gradwatch.collector.model.Alert.Since;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.model.AlertEvent.Kind;
import dev.gradwatch.collector.model.AlertState;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Confidence;
import dev.gradwatch.collector.model.Evidence;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Mute;
import dev.gradwatch.collector.model.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlertBookTest {
    private static final long SECOND = 1_000_000;
    private static final Finding HEAD =
            finding("output_not_in_loss/head", Cause.OUTPUT_NOT_IN_LOSS, "head", Severity.ERROR);
    private static final Finding NECK = finding("never_called/neck", Cause.NEVER_CALLED, "neck", Severity.CRITICAL);

    private final List<AlertEvent> events = new ArrayList<>();
    private final AlertBook book = new AlertBook(events::add);
    private long now = 1_000 * SECOND;

    @Test
    void finding_opensOneAlert_howeverOftenItIsTrue() {
        for (int i = 0; i < 100; i++) {
            update(HEAD);
            now += SECOND;
        }
        assertThat(kinds()).containsExactly(Kind.OPENED);
        assertThat(book.alerts()).hasSize(1);
        assertThat(only().state()).isEqualTo(AlertState.OPEN);
        assertThat(only().id()).matches("[0-9a-f]{16}");
    }

    @Test
    void findingsOfOneId_inTwoJobsOrModels_areTwoAlerts() {
        update(HEAD);
        book.update("other", "UNet", List.of(HEAD), null, true, Ending.RUNNING, now);
        assertThat(book.alerts()).extracting(Alert::id).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void alert_resolvesOnlyAfterItsFindingWasGoneForTheHold() {
        update(HEAD);
        for (int i = 0; i < 29; i++) {
            now += SECOND;
            update();
        }
        assertThat(only().state()).isEqualTo(AlertState.OPEN);
        now += 2 * SECOND;
        update();
        assertThat(only().state()).isEqualTo(AlertState.RESOLVED);
        assertThat(only().resolvedMicros()).isEqualTo(now);
        assertThat(kinds()).containsExactly(Kind.OPENED, Kind.RESOLVED);
    }

    @Test
    void alert_staysOpen_whileItsFindingComesAndGoesWithinTheHold() {
        for (int i = 0; i < 50; i++) {
            update(HEAD);
            now += 10 * SECOND;
            update();
            now += 10 * SECOND;
        }
        assertThat(kinds()).containsExactly(Kind.OPENED);
    }

    @Test
    void hold_doublesEachTimeTheFindingComesBack_upToAnHour() {
        long hold = 30 * SECOND;
        update(HEAD);
        for (int round = 0; round < 12; round++) {
            now += SECOND;
            update();
            now += hold - 1;
            update();
            assertThat(only().state()).as("round %d", round).isEqualTo(AlertState.OPEN);
            now += 1;
            update();
            assertThat(only().state()).as("round %d", round).isEqualTo(AlertState.RESOLVED);
            now += SECOND;
            update(HEAD);
            assertThat(only().state()).isEqualTo(AlertState.OPEN);
            assertThat(only().opened()).isEqualTo(round + 2);
            hold = Math.min(2 * hold, 3_600 * SECOND);
        }
        assertThat(kinds()).containsOnly(Kind.OPENED, Kind.RESOLVED, Kind.REOPENED);
    }

    @Test
    void alert_resolvesAtOnce_whereAnotherFindingSpeaksOfItsParameters() {
        Finding late = finding("late_first_use/head", Cause.LATE_FIRST_USE, "head", Severity.WARNING);
        update(HEAD);
        now += SECOND;
        update(late);
        assertThat(kinds()).containsExactly(Kind.OPENED, Kind.OPENED, Kind.RESOLVED);
        assertThat(book.alert(AlertBook.idOf("job", HEAD)).orElseThrow().state())
                .isEqualTo(AlertState.RESOLVED);
    }

    @Test
    void words_areToldAtMostEveryFiveSeconds_aRisingSeverityAtOnce() {
        update(HEAD);
        now += SECOND;
        update(withRanks(HEAD, List.of(0)));
        assertThat(kinds()).containsExactly(Kind.OPENED);
        now += 5 * SECOND;
        update(withRanks(HEAD, List.of(0)));
        assertThat(kinds()).containsExactly(Kind.OPENED, Kind.UPDATED);
        now += 1;
        update(HEAD.with(Severity.CRITICAL, "", List.of()));
        assertThat(kinds()).containsExactly(Kind.OPENED, Kind.UPDATED, Kind.UPDATED);
        assertThat(only().finding().severity()).isEqualTo(Severity.CRITICAL);
    }

    @Test
    void whatIsOnlyWorthKnowing_opensAfterItWasTrueForASecond() {
        Finding info = HEAD.with(Severity.INFO, "", List.of());
        update(info);
        now += SECOND / 2;
        update();
        now += SECOND;
        update(info);
        assertThat(kinds()).isEmpty();
        now += SECOND;
        update(info);
        assertThat(kinds()).containsExactly(Kind.OPENED);
    }

    @Test
    void whatIsOnlyWorthKnowing_opensAtOnce_whereTheJobHasEnded() {
        book.update("job", "UNet", List.of(HEAD.with(Severity.INFO, "", List.of())), null, true, Ending.BADLY, now);
        assertThat(kinds()).containsExactly(Kind.OPENED);
    }

    @Test
    void evidence_growsWithoutAWord() {
        update(HEAD);
        now += 60 * SECOND;
        update(withSteps(HEAD, 500));
        assertThat(kinds()).containsExactly(Kind.OPENED);
        assertThat(only().finding().evidence().steps()).isEqualTo(500);
    }

    @Test
    void acknowledged_staysSo_untilItGetsWorseOrComesBack() {
        update(HEAD);
        Alert seen =
                book.acknowledge(only().id(), "ada", "looking", now += SECOND).orElseThrow();
        assertThat(seen.state()).isEqualTo(AlertState.ACKNOWLEDGED);
        assertThat(seen.acknowledgedBy()).isEqualTo("ada");
        now += 60 * SECOND;
        update(withRanks(HEAD, List.of(0)));
        assertThat(only().state()).isEqualTo(AlertState.ACKNOWLEDGED);
        update(HEAD.with(Severity.CRITICAL, "", List.of()));
        assertThat(only().state()).isEqualTo(AlertState.OPEN);
        assertThat(only().acknowledgedBy()).isNull();
    }

    @Test
    void acknowledge_anUnknownAlert_saysSo() {
        assertThat(book.acknowledge("0123456789abcdef", "", "", now)).isEmpty();
    }

    @Test
    void acknowledge_aResolvedAlert_leavesItResolved() {
        update(HEAD);
        update(Ending.BADLY);
        assertThat(book.acknowledge(only().id(), "", "", now).orElseThrow().state())
                .isEqualTo(AlertState.RESOLVED);
        assertThat(kinds()).containsExactly(Kind.OPENED, Kind.RESOLVED);
    }

    @Test
    void jobThatEndsWell_resolvesAllButWhatIsSilentlyWrong() {
        update(HEAD, NECK);
        book.update("job", "UNet", List.of(HEAD, NECK), null, true, Ending.WELL, now += SECOND);
        assertThat(state(HEAD)).isEqualTo(AlertState.RESOLVED);
        assertThat(state(NECK)).isEqualTo(AlertState.OPEN);
        // It is looked at once more, and nothing comes back.
        book.update("job", "UNet", List.of(HEAD, NECK), null, true, Ending.WELL, now += SECOND);
        assertThat(kinds()).containsExactly(Kind.OPENED, Kind.OPENED, Kind.RESOLVED);
    }

    @Test
    void jobThatDied_keepsWhatItDiedOf_andDropsWhatIsNoLongerTrueAtOnce() {
        update(HEAD, NECK);
        book.update("job", "UNet", List.of(HEAD), null, true, Ending.BADLY, now += SECOND);
        assertThat(state(HEAD)).isEqualTo(AlertState.OPEN);
        assertThat(state(NECK)).isEqualTo(AlertState.RESOLVED);
    }

    @Test
    void nextRun_supersedesWhatIsOpenOfTheLast() {
        update(HEAD);
        book.supersede("job", now += SECOND);
        assertThat(only().state()).isEqualTo(AlertState.RESOLVED);
        book.supersede("unknown", now);
    }

    @Test
    void since_tellsWhetherTheLastRunHadIt() {
        book.update("a", "UNet", List.of(HEAD), null, true, Ending.RUNNING, now);
        book.update("b", "UNet", List.of(HEAD, NECK), Set.of(HEAD.id()), true, Ending.RUNNING, now);
        assertThat(book.alerts())
                .extracting(Alert::since)
                .containsExactly(Since.FIRST_RUN, Since.STILL_THERE, Since.NEW);
    }

    @Test
    void unsettledJob_resolvesNothing() {
        update(HEAD);
        for (int i = 0; i < 100; i++) {
            book.update("job", "UNet", List.of(), null, false, Ending.RUNNING, now += 10 * SECOND);
        }
        assertThat(kinds()).containsExactly(Kind.OPENED);
    }

    @ParameterizedTest
    @CsvSource({"job,,", "UNet,,", ",output_not_in_loss,", ",,head*", ",,HEAD.weight", "job,output_not_in_loss,*ad"})
    void mute_thatFits_mutesNowAndWhatOpensLater(String job, String cause, String modules) {
        update(HEAD);
        book.mute(new Mute("1", job, cause, modules, now, now + 60 * SECOND, "ada", ""), now);
        assertThat(only().state()).isEqualTo(AlertState.MUTED);
        assertThat(only().mutedUntilMicros()).isEqualTo(now + 60 * SECOND);

        AlertBook later = new AlertBook(events::add);
        later.mute(new Mute("1", job, cause, modules, now, now + 60 * SECOND, "ada", ""), now);
        later.update("job", "UNet", List.of(HEAD), null, true, Ending.RUNNING, now);
        assertThat(later.alerts()).extracting(Alert::state).containsExactly(AlertState.MUTED);
    }

    @ParameterizedTest
    @CsvSource({"other,,", ",never_called,", ",,neck*", "job,never_called,", ",,ead", "job,,head.weigh"})
    void mute_thatDoesNotFit_mutesNothing(String job, String cause, String modules) {
        update(HEAD);
        book.mute(new Mute("1", job, cause, modules, now, now + 60 * SECOND, "", ""), now);
        assertThat(only().state()).isEqualTo(AlertState.OPEN);
        assertThat(kinds()).containsExactly(Kind.OPENED);
    }

    @Test
    void mute_isOver_afterItsTime_andWhatWasAcknowledgedStaysSo() {
        update(HEAD, NECK);
        book.acknowledge(AlertBook.idOf("job", HEAD), "", "", now);
        book.mute(new Mute("1", "job", null, null, now, now + 60 * SECOND, "", ""), now);
        book.tick(now + 59 * SECOND);
        assertThat(state(HEAD)).isEqualTo(AlertState.MUTED);
        book.tick(now + 60 * SECOND);
        assertThat(state(HEAD)).isEqualTo(AlertState.ACKNOWLEDGED);
        assertThat(state(NECK)).isEqualTo(AlertState.OPEN);
        assertThat(book.mutes(now + 60 * SECOND)).isEmpty();
    }

    @Test
    void mute_thatOutlastsAnother_goesOn() {
        update(HEAD);
        book.mute(new Mute("1", "job", null, null, now, now + 60 * SECOND, "", ""), now);
        book.mute(new Mute("2", null, "output_not_in_loss", null, now, now + 120 * SECOND, "", ""), now);
        book.tick(now + 60 * SECOND);
        assertThat(only().state()).isEqualTo(AlertState.MUTED);
        book.tick(now + 120 * SECOND);
        assertThat(only().state()).isEqualTo(AlertState.OPEN);
    }

    @Test
    void mutes_haveABound() {
        for (int i = 0; i < AlertBook.MAX_MUTES; i++) {
            book.mute(new Mute("m" + i, "j", null, null, now, now + SECOND, "", ""), now);
        }
        assertThatThrownBy(() -> book.mute(new Mute("one more", "j", null, null, now, now + SECOND, "", ""), now))
                .hasMessage("mutes: 1001 (expected: at most 1000)");
        // Those that are over make room.
        book.mute(new Mute("one more", "j", null, null, now, now + 9 * SECOND, "", ""), now + SECOND);
    }

    @Test
    void restoredBook_tellsNothingAgain_andGoesOn() {
        update(HEAD, NECK);
        book.acknowledge(AlertBook.idOf("job", HEAD), "ada", "", now);
        long last = events.get(events.size() - 1).micros();

        List<AlertEvent> after = new ArrayList<>();
        AlertBook again = new AlertBook(after::add);
        again.restore(book.alerts(), book.mutes(now), last);
        again.update("job", "UNet", List.of(HEAD, NECK), null, true, Ending.RUNNING, now);
        assertThat(after).isEmpty();
        assertThat(again.alerts()).isEqualTo(book.alerts());
        again.acknowledge(AlertBook.idOf("job", NECK), "", "", 0);
        assertThat(after.get(0).micros()).isGreaterThan(last);
    }

    @Test
    void forget_dropsTheResolvedOnesOfAJob() {
        update(HEAD, NECK);
        book.update("job", "UNet", List.of(NECK), null, true, Ending.BADLY, now);
        book.forget("job");
        assertThat(book.alerts()).extracting(alert -> alert.finding().id()).containsExactly(NECK.id());
    }

    /** Whatever comes, each alert's life is a legal one, and times only grow. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void events_makeALegalLife_whateverComes(long seed) {
        Random random = new Random(seed);
        List<Finding> all =
                List.of(HEAD, NECK, withRanks(HEAD, List.of(1)), HEAD.with(Severity.CRITICAL, "", List.of()));
        for (int i = 0; i < 3_000; i++) {
            now += random.nextInt(20) * SECOND;
            switch (random.nextInt(8)) {
                case 0 -> book.acknowledge(AlertBook.idOf("job", HEAD), "", "", now);
                case 1 -> book.mute(new Mute("m", null, null, "*", now, now + 90 * SECOND, "", ""), now);
                case 2 -> book.supersede("job", now);
                case 3 -> book.tick(now);
                default -> {
                    List<Finding> some = new ArrayList<>();
                    Finding one = all.get(random.nextInt(all.size()));
                    if (random.nextBoolean()) {
                        some.add(one);
                    }
                    Ending ending = Ending.values()[random.nextInt(20) == 0 ? 1 + random.nextInt(2) : 0];
                    book.update("job", "UNet", some, null, random.nextInt(5) > 0, ending, now);
                }
            }
        }
        for (Finding finding : List.of(HEAD, NECK)) {
            boolean resolved = true;
            for (AlertEvent event : events) {
                if (event.alert().id().equals(AlertBook.idOf("job", finding))) {
                    boolean opens = event.kind() == Kind.OPENED || event.kind() == Kind.REOPENED;
                    assertThat(opens).as("%s", event).isEqualTo(resolved);
                    resolved = event.kind() == Kind.RESOLVED;
                    assertThat(event.alert().state() == AlertState.RESOLVED).isEqualTo(resolved);
                }
            }
        }
        assertThat(events).extracting(AlertEvent::micros).isSorted().doesNotHaveDuplicates();
    }

    private void update(Finding... findings) {
        book.update("job", "UNet", List.of(findings), null, true, Ending.RUNNING, now);
    }

    private void update(Ending ending) {
        book.update("job", "UNet", List.of(), null, true, ending, now);
    }

    private List<Kind> kinds() {
        return events.stream().map(AlertEvent::kind).toList();
    }

    private Alert only() {
        assertThat(book.alerts()).hasSize(1);
        return book.alerts().get(0);
    }

    private AlertState state(Finding finding) {
        return book.alert(AlertBook.idOf("job", finding)).orElseThrow().state();
    }

    private static Finding finding(String id, Cause cause, String module, Severity severity) {
        return new Finding(
                id,
                cause,
                severity,
                0,
                module + " gets no gradient",
                "",
                List.of(module + ".weight", module + ".bias"),
                List.of(module),
                List.of(0, 1),
                new Evidence(1, 0, 0, Confidence.HIGH),
                List.of(),
                List.of(),
                List.of());
    }

    private static Finding withRanks(Finding of, List<Integer> ranks) {
        return with(of, ranks, of.evidence());
    }

    private static Finding withSteps(Finding of, long steps) {
        return with(of, of.ranks(), new Evidence(steps, 0, steps - 1, Confidence.HIGH));
    }

    private static Finding with(Finding of, List<Integer> ranks, Evidence evidence) {
        return new Finding(
                of.id(),
                of.cause(),
                of.severity(),
                of.model(),
                of.title(),
                of.detail(),
                of.parameters(),
                of.modules(),
                ranks,
                evidence,
                of.advice(),
                of.avoid(),
                of.log());
    }
}
