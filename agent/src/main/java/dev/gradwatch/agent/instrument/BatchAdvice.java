package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of EasyTrain.trainBatch. */
final class BatchAdvice {
    private BatchAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.Argument(0) Object trainer, @Advice.Argument(1) Object batch) {
        Probe.batch(trainer, batch);
    }
}
