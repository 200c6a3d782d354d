package dev.gradwatch.agent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/** Passes as runs, the way golden files write them: {@code 0-49 97-112}. */
final class Runs {
    private Runs() {}

    static String of(long below, LongPredicate chosen) {
        List<String> runs = new ArrayList<>();
        long first = -1;
        for (long pass = 0; pass <= below; pass++) {
            boolean isChosen = pass < below && chosen.test(pass);
            if (isChosen && first < 0) {
                first = pass;
            } else if (!isChosen && first >= 0) {
                runs.add(first + "-" + (pass - 1));
                first = -1;
            }
        }
        return String.join(" ", runs);
    }
}
