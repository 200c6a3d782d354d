package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of newGradientCollector of an engine, which Trainer's calls too. */
final class OpenedAdvice {
    private OpenedAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit() {
        Probe.collectorOpened();
    }
}
