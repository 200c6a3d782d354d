package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
    private static final double BUDGET = 0.005;
    private static final double STEP = 10_000_000;
    private static final double PASS = 10_000;

    /** Lines that the Python reporter's own schedule wrote: what is asked, the job, the level, the passes. */
    static List<String> golden() throws IOException {
        return Files.readAllLines(Path.of("protocol", "golden", "schedule.txt"));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void passes_areThoseOfThePythonReporter(String line) {
        String[] words = line.split(" ", 4);
        int level = Integer.parseInt(words[2]);
        Schedule schedule = new Schedule(words[1], BUDGET).at(level, level);
        boolean wantsNorms = words[0].equals("norms");
        assertThat(Runs.of(64 * 64, pass -> schedule.watches(pass) && (!wantsNorms || schedule.wantsNorms(pass))))
                .isEqualTo(words[3]);
    }

    @Test
    void norms_ofAHigherLevelAreAmongTheWindows() {
        Schedule schedule = new Schedule("a", BUDGET).at(1, 3);
        Schedule higher = new Schedule("a", BUDGET).at(3, 3);
        String norms = Runs.of(64 * 200, pass -> schedule.watches(pass) && schedule.wantsNorms(pass));
        assertThat(norms).isEqualTo(Runs.of(64 * 200, pass -> higher.watches(pass) && higher.wantsNorms(pass)));
        assertThat(Runs.of(64 * 200, schedule::watches)).isNotEqualTo(Runs.of(64 * 200, higher::watches));
    }

    @Test
    void norms_thatTheCollectorDoesNotWant() {
        Schedule schedule = new Schedule("a", BUDGET);
        schedule.norms(false);
        assertThat(Runs.of(1_000, schedule::wantsNorms)).isEmpty();
    }

    @Test
    void off_watchesEveryPass() {
        Schedule schedule = new Schedule("a", Budget.OFF);
        schedule.settle(1e12, 1e12, 1e12, 1);
        assertThat(Runs.of(1_000, schedule::watches)).isEqualTo("0-999");
    }

    @Test
    void level_isTheLowestThatStaysInTheBudget() {
        Schedule schedule = new Schedule("a", BUDGET);
        // 0.5 % of 64 steps of 10 ms is 3.2 ms, of which unwatched passes take 0.64.
        schedule.settle(10_000_000, 0, PASS, STEP);
        assertThat(schedule.level()).isEqualTo(2);
        schedule.settle(2_000_000, 0, PASS, STEP);
        assertThat(schedule.level()).isEqualTo(1);
        schedule.settle(2_000_000, 0, PASS, STEP);
        assertThat(schedule.level()).isZero();
    }

    @Test
    void level_doesNotWaverNearItsBound() {
        Schedule schedule = new Schedule("a", BUDGET);
        schedule.settle(5_200_000, 0, PASS, STEP);
        assertThat(schedule.level()).isEqualTo(2);
        schedule.settle(5_000_000, 0, PASS, STEP);
        assertThat(schedule.level()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        // window, norms, level, level of the norms; the room is 2.56 ms
        "1_000_000, 1_000_000, 0, 0",
        "1_000_000, 20_000_000, 0, 4",
        "2_000_000, 500_000, 0, 0",
        "2_000_000, 5_000_000, 1, 2",
        "10_000_000, 100_000_000, 3, 7",
        "0, 0, 0, 0"
    })
    void levels_keepBothInTheBudget(String windowText, String normsText, int level, int normLevel) {
        double window = Double.parseDouble(windowText.replace("_", ""));
        double norms = Double.parseDouble(normsText.replace("_", ""));
        Schedule schedule = new Schedule("a", BUDGET);
        schedule.settle(window, norms, PASS, STEP);
        assertThat(List.of(schedule.level(), schedule.normLevel())).containsExactly(level, normLevel);
        assertThat(window / (1 << level) + norms / (1 << normLevel)).isLessThanOrEqualTo(2_560_000);
    }

    @Test
    void normLevel_comesDownOneAtATimeAndNeverBelowTheWindows() {
        Schedule schedule = new Schedule("a", BUDGET);
        schedule.settle(1_000_000, 20_000_000, PASS, STEP);
        schedule.settle(1_000_000, 100_000, PASS, STEP);
        assertThat(schedule.normLevel()).isEqualTo(3);
        schedule.settle(20_000_000, 100_000, PASS, STEP);
        assertThat(List.of(schedule.level(), schedule.normLevel())).containsExactly(3, 3);
    }

    @Test
    void levels_whereEvenAnUnwatchedPassIsTooDear() {
        Schedule schedule = new Schedule("a", BUDGET);
        schedule.settle(1_000_000, 1_000_000, STEP, STEP);
        assertThat(List.of(schedule.level(), schedule.normLevel())).containsExactly(12, 12);
    }
}
