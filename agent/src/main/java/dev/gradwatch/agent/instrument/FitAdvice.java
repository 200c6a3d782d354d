package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of EasyTrain.fit, which most programs leave by an exception where they fail. */
final class FitAdvice {
    private FitAdvice() {}

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.Argument(0) Object trainer, @Advice.Thrown Throwable thrown) {
        if (thrown != null) {
            Probe.failed(trainer, thrown, "uncaught");
        }
    }
}
