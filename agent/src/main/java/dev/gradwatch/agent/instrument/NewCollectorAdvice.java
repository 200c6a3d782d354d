package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of Trainer.newGradientCollector: makes a trainer known that existed before the agent came. */
final class NewCollectorAdvice {
    private NewCollectorAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.This Object trainer, @Advice.FieldValue("parameterStore") Object store) {
        Probe.trainer(trainer, store);
    }
}
