package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of Trainer's constructor. */
final class CreatedAdvice {
    private CreatedAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit(@Advice.This Object trainer, @Advice.FieldValue("parameterStore") Object store) {
        Probe.trainer(trainer, store);
    }
}
