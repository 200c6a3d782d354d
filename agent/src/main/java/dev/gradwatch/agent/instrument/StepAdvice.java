package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of Trainer.step: the gradients are whole, and not yet cleared. */
final class StepAdvice {
    private StepAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.This Object trainer, @Advice.FieldValue("parameterStore") Object store) {
        Probe.step(trainer, store);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.This Object trainer, @Advice.Thrown Throwable thrown) {
        if (thrown != null) {
            Probe.failed(trainer, thrown, "optimizer");
        }
    }
}
