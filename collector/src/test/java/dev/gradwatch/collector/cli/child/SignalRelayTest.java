package dev.gradwatch.collector.cli.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignalRelayTest {
    private final List<String> sent = new ArrayList<>();

    @Test
    void signal_isPassedOn() {
        try (SignalRelay relay = new SignalRelay(() -> false)) {
            relay.to(child(true));
            relay.received("TERM");
            relay.received("INT");
        }
        assertThat(sent).containsExactly("TERM", "INT");
    }

    @Test
    void signalBeforeTheChild_waitsForIt() {
        try (SignalRelay relay = new SignalRelay(() -> true)) {
            relay.received("INT");
            relay.received("USR1");
            relay.to(child(true));
        }
        assertThat(sent).containsExactly("INT", "USR1");
    }

    @Test
    void signalThatTheTerminalSentToTheGroup_isNotSentTwice() {
        try (SignalRelay relay = new SignalRelay(() -> true)) {
            relay.to(child(true));
            relay.received("INT");
            relay.received("HUP");
            relay.received("TERM");
        }
        assertThat(sent).containsExactly("TERM");
    }

    @Test
    void childWithAnotherTerminal_getsEverySignal() {
        try (SignalRelay relay = new SignalRelay(() -> true)) {
            relay.to(child(false));
            relay.received("INT");
        }
        assertThat(sent).containsExactly("INT");
    }

    private Child child(boolean sharesTerminal) {
        return new Child() {
            @Override
            public long pid() {
                return 1;
            }

            @Override
            public int await() {
                return 0;
            }

            @Override
            public void signal(String name) {
                sent.add(name);
            }

            @Override
            public boolean sharesTerminal() {
                return sharesTerminal;
            }
        };
    }
}
