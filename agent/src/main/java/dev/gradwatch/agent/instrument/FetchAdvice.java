package dev.gradwatch.agent.instrument;

import dev.gradwatch.agent.Probe;
import net.bytebuddy.asm.Advice;

/** Of ParameterStore.getValue: a block fetches a parameter, which is how one sees that it was called. */
final class FetchAdvice {
    private FetchAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(
            @Advice.This Object store,
            @Advice.Argument(0) Object parameter,
            @Advice.Argument(1) Object device,
            @Advice.Argument(2) boolean training) {
        Probe.fetched(store, parameter, device, training);
    }
}
