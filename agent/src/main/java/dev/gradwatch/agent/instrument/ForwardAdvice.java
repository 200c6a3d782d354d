package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of Trainer.forward. */
final class ForwardAdvice {
    private ForwardAdvice() {}

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.This Object trainer, @Advice.Thrown Throwable thrown) {
        if (thrown != null) {
            Probe.failed(trainer, thrown, "forward");
        }
    }
}
