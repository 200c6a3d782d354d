package dev.gradwatch.collector.source.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.source.tcp.JobNodes.NodeKey;
import dev.gradwatch.collector.source.tcp.LaunchReader.Ended;
import dev.gradwatch.collector.source.tcp.LaunchReader.Started;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobNodesTest {
    private static final NodeKey ONE = new NodeKey("one", 1);
    private static final NodeKey TWO = new NodeKey("two", 1);
    private static final Started START = new Started(10, "train", List.of("torchrun"));
    private static final JobStarted STARTED = new JobStarted("job", 10, "train", List.of("torchrun"));

    private final List<Observation> seen = new ArrayList<>();
    private final JobNodes nodes = new JobNodes("job", seen::add);

    @Test
    void oneNode_startsAndEndsTheJob() {
        nodes.join(ONE, "a");
        nodes.started(ONE, START);
        nodes.ended(ONE, new Ended(20, 3));

        assertThat(seen).containsExactly(STARTED, new JobEnded("job", 20, 3));
        assertThat(nodes.lost(ONE, "a")).isFalse();
        assertThat(nodes.isSilent()).isTrue();
    }

    @Test
    void twoNodes_startOnceAndEndWithTheLast() {
        startBoth();
        nodes.ended(TWO, new Ended(20, 0));
        assertThat(seen).containsExactly(STARTED);
        nodes.ended(ONE, new Ended(21, 0));

        assertThat(seen).containsExactly(STARTED, new JobEnded("job", 21, 0));
    }

    @Test
    void exitCode_isTheFirstThatIsNotZero() {
        nodes.join(new NodeKey("three", 1), "c");
        nodes.started(new NodeKey("three", 1), START);
        startBoth();
        nodes.ended(new NodeKey("three", 1), new Ended(19, 0));
        nodes.ended(TWO, new Ended(20, 137));
        nodes.ended(ONE, new Ended(21, 1));

        assertThat(seen).contains(new JobEnded("job", 21, 137));
    }

    @Test
    void node_thatVanishedCountsAsUnknown() {
        startBoth();
        nodes.ended(ONE, new Ended(20, 0));
        assertThat(nodes.lost(TWO, "b")).isTrue();
        assertThat(seen).containsExactly(STARTED);
        nodes.expire(TWO, 99);

        assertThat(seen).containsExactly(STARTED, new JobEnded("job", 99, null));
    }

    @Test
    void node_thatVanishedDoesNotHideAnotherOnesFailure() {
        startBoth();
        nodes.lost(TWO, "b");
        nodes.expire(TWO, 50);
        nodes.ended(ONE, new Ended(60, 1));

        assertThat(seen).containsExactly(STARTED, new JobEnded("job", 60, 1));
    }

    @Test
    void node_thatComesBackInTimeIsHeard() {
        startBoth();
        nodes.ended(ONE, new Ended(20, 0));
        nodes.lost(TWO, "b");
        assertThat(nodes.join(TWO, "b2")).isNull();
        nodes.expire(TWO, 50);
        nodes.started(TWO, new Started(11, "train", List.of()));
        assertThat(seen).containsExactly(STARTED);
        nodes.ended(TWO, new Ended(60, 0));

        assertThat(seen).containsExactly(STARTED, new JobEnded("job", 60, 0));
    }

    @Test
    void node_thatComesBackLateEndsTheJobAgain() {
        nodes.join(ONE, "a");
        nodes.started(ONE, START);
        nodes.lost(ONE, "a");
        nodes.expire(ONE, 50);
        nodes.join(ONE, "a2");
        nodes.started(ONE, START);
        nodes.ended(ONE, new Ended(60, 0));

        assertThat(seen).containsExactly(STARTED, new JobEnded("job", 50, null), new JobEnded("job", 60, 0));
    }

    @Test
    void repeats_changeNothing() {
        nodes.join(ONE, "a");
        for (int i = 0; i < 2; i++) {
            nodes.started(ONE, START);
            nodes.ended(ONE, new Ended(20, 0));
        }

        assertThat(seen).containsExactly(STARTED, new JobEnded("job", 20, 0));
    }

    @Test
    void nextRun_startsTheJobAgain() {
        startBoth();
        nodes.ended(ONE, new Ended(20, 1));
        nodes.ended(TWO, new Ended(21, 1));
        seen.clear();
        NodeKey again = new NodeKey("one", 2);
        nodes.join(again, "c");
        nodes.started(again, new Started(30, "train", List.of("torchrun")));
        nodes.ended(again, new Ended(40, 0));

        assertThat(seen)
                .containsExactly(new JobStarted("job", 30, "train", List.of("torchrun")), new JobEnded("job", 40, 0));
    }

    @Test
    void nodesThatNeverStarted_allCount() {
        nodes.join(ONE, "a");
        nodes.join(TWO, "b");
        nodes.ended(ONE, new Ended(20, null));
        assertThat(seen).isEmpty();
        nodes.lost(TWO, "b");
        nodes.expire(TWO, 30);

        assertThat(seen).containsExactly(new JobEnded("job", 30, null));
    }

    @Test
    void connection_thatWasReplacedIsNotTheNodesEnd() {
        nodes.join(ONE, "a");
        assertThat(nodes.join(ONE, "b")).isEqualTo("a");

        assertThat(nodes.lost(ONE, "a")).isFalse();
    }

    @Test
    void nodes_areBounded() {
        for (int i = 0; i < JobNodes.MAX_NODES; i++) {
            nodes.join(new NodeKey("n", i), i);
        }
        assertThatThrownBy(() -> nodes.join(new NodeKey("n", -1), "x"))
                .hasMessage("nodes: 4097 (expected: at most 4096 of a job)");
    }

    private void startBoth() {
        nodes.join(ONE, "a");
        nodes.join(TWO, "b");
        nodes.started(ONE, START);
        nodes.started(TWO, new Started(11, "train", List.of("torchrun")));
    }
}
