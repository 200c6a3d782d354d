package dev.gradwatch.agent;

import dev.gradwatch.agent.djl.Trainers;
import dev.gradwatch.agent.instrument.Installer;
import dev.gradwatch.agent.report.Settings;
import java.lang.instrument.Instrumentation;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Where the JVM enters the agent: before {@code main}, or in a running program by {@code gradwatch attach PID}.
 *
 * <p>What leaves {@code premain} aborts the host, so nothing does: whatever is wrong is one line on stderr, and the program runs on unwatched. ByteBuddy is
 * named by {@code agent.instrument} alone, so that this class also loads where a jar of the agent without it lies on the program's class path.
 */
public final class AgentMain {
    private static final AtomicBoolean LOADED = new AtomicBoolean();

    private AgentMain() {}

    /** @param options what follows {@code =} after the jar: {@code collector=HOST:PORT,job=NAME}; null where nothing does */
    public static void premain(@Nullable String options, Instrumentation instrumentation) {
        load(options, instrumentation);
    }

    /** @param options as in {@link #premain} */
    public static void agentmain(@Nullable String options, Instrumentation instrumentation) {
        load(options, instrumentation);
    }

    private static void load(@Nullable String options, Instrumentation instrumentation) {
        try {
            if (!LOADED.compareAndSet(false, true)) {
                say("the agent is loaded already");
                return;
            }
            Settings settings;
            try {
                settings = Settings.of(options, System::getenv);
            } catch (IllegalArgumentException e) {
                LOADED.set(false);
                say("not watching: " + e.getMessage());
                return;
            }
            if (settings.isDisabled()) {
                return;
            }
            Probe.start(new Trainers(settings, AgentMain::say));
            Installer.install(instrumentation, AgentMain::say);
        } catch (Throwable e) {
            Probe.stop();
            say("not watching: " + e);
        }
    }

    /** One line on stderr, where the program's own output may be. */
    static void say(String line) {
        try {
            System.err.println("gradwatch: " + line);
        } catch (Throwable e) {
            // A program may have put a stream of its own there that throws.
        }
    }
}
