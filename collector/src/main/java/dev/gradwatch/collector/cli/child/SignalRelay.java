package dev.gradwatch.collector.cli.child;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes on to the child what others signal to us, instead of dying of it ourselves: {@code kill}, SLURM's or Kubernetes' TERM, USR1 for a
 * checkpoint. What a terminal sends to its whole foreground group has reached the child already and is not sent twice. Signals that come before
 * the child is there wait for it. {@link #close} gives them their old meaning back.
 *
 * <p>QUIT stays with the virtual machine, which takes no handler for it, and writes its threads to stderr.
 */
public final class SignalRelay implements AutoCloseable {
    static final List<String> RELAYED = List.of("INT", "TERM", "HUP", "USR1", "USR2");

    private static final Set<String> SENT_BY_TERMINALS = Set.of("INT", "HUP");
    private static final int MAX_WAITING = 16;

    private final BooleanSupplier inForeground;
    private final Map<String, Object> former = new HashMap<>();
    private final List<String> waiting = new ArrayList<>();
    private @Nullable Child child;

    SignalRelay(BooleanSupplier inForeground) {
        this.inForeground = inForeground;
    }

    /** Takes the signals over from here on. */
    public static SignalRelay install() {
        SignalRelay relay = new SignalRelay(ForegroundGroup::holdsUs);
        for (String name : RELAYED) {
            Object handler = SignalHandlers.replace(name, relay::received);
            if (handler != null) {
                relay.former.put(name, handler);
            }
        }
        return relay;
    }

    /** Names the child, and sends it what came until now. */
    public void to(Child newChild) {
        List<String> late;
        synchronized (this) {
            child = newChild;
            late = List.copyOf(waiting);
            waiting.clear();
        }
        // These came before the child could have got them from the terminal.
        late.forEach(newChild::signal);
    }

    void received(String name) {
        Child target;
        synchronized (this) {
            target = child;
            if (target == null) {
                if (waiting.size() < MAX_WAITING) {
                    waiting.add(name);
                }
                return;
            }
        }
        boolean sentByTerminal = SENT_BY_TERMINALS.contains(name) && inForeground.getAsBoolean();
        if (!(target.sharesTerminal() && sentByTerminal)) {
            target.signal(name);
        }
    }

    @Override
    public void close() {
        former.forEach(SignalHandlers::restore);
        former.clear();
    }
}
