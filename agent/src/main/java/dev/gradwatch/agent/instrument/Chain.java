package dev.gradwatch.agent.instrument;

import static net.bytebuddy.matcher.ElementMatchers.any;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.nameEndsWith;
import static net.bytebuddy.matcher.ElementMatchers.nameStartsWith;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import java.lang.instrument.ClassFileTransformer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/** The one chain: which advice goes into which method. A class or method that is not as it was in DJL 0.28 to 0.35 is left alone, with one line. */
final class Chain {
    /** A property of ByteBuddy's, which goes by its relocated name in the agent. */
    private static final String SAFE = "net.bytebuddy.safe";

    private static final String TRAINER = "ai.djl.training.Trainer";
    private static final String STORE = "ai.djl.training.ParameterStore";
    private static final String EASY = "ai.djl.training.EasyTrain";
    private static final String BATCH = "ai.djl.training.dataset.Batch";

    private final Consumer<String> say;
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    private Chain(Consumer<String> say) {
        this.say = say;
    }

    /** What changes the classes that are handed to it. */
    static ClassFileTransformer make(Consumer<String> say) {
        // Without it ByteBuddy looks for sun.misc.Unsafe, which nothing here needs, and Java 24 and later warn of that
        // on the program's stderr.
        String before = System.setProperty(SAFE, "true");
        try {
            return new Chain(say).builder().makeRaw();
        } finally {
            if (before == null) {
                System.clearProperty(SAFE);
            } else {
                System.setProperty(SAFE, before);
            }
        }
    }

    private AgentBuilder builder() {
        // Names alone decide, so that no class of the host is looked at that is not DJL's.
        return new AgentBuilder.Default(new ByteBuddy().with(TypeValidation.DISABLED))
                .disableClassFormatChanges()
                .with(AgentBuilder.PoolStrategy.Default.FAST)
                .with(new Complaints())
                .ignore(not(nameStartsWith("ai.djl.")))
                .type(named(TRAINER))
                .transform(advice("<init>", any(), CreatedAdvice.class))
                .transform(advice("newGradientCollector", takesArguments(0), NewCollectorAdvice.class))
                .transform(advice("forward", any(), ForwardAdvice.class))
                .transform(advice("step", takesArguments(0), StepAdvice.class))
                .transform(advice("close", takesArguments(0), CloseAdvice.class))
                .type(named(STORE))
                .transform(
                        advice("getValue", takesArguments(3).and(takesArgument(2, boolean.class)), FetchAdvice.class))
                .type(named(EASY))
                .transform(advice("fit", takesArgument(0, named(TRAINER)), FitAdvice.class))
                .transform(advice(
                        "trainBatch",
                        takesArgument(0, named(TRAINER)).and(takesArgument(1, named(BATCH))),
                        BatchAdvice.class))
                .type(nameStartsWith("ai.djl.").and(nameEndsWith("Engine")).and(not(named("ai.djl.engine.Engine"))))
                .transform(advice("newGradientCollector", takesArguments(0), OpenedAdvice.class));
    }

    private AgentBuilder.Transformer advice(
            String method, ElementMatcher<? super MethodDescription> which, Class<?> advice) {
        ElementMatcher.Junction<MethodDescription> methods = method.equals("<init>") ? isConstructor() : named(method);
        return (builder, type, loader, module, domain) -> {
            if (!sees(loader)) {
                say(type.getName() + ": its class loader does not see the agent");
            } else if (type.getDeclaredMethods().filter(methods.and(which)).isEmpty()) {
                say(type.getName() + "." + method + ": none (expected: as in DJL 0.28 to 0.35)");
            } else {
                return builder.visit(Advice.to(advice).on(methods.and(which)));
            }
            return builder;
        };
    }

    /** Whether classes of that loader find the class that the advice calls. */
    private static boolean sees(@Nullable ClassLoader loader) {
        try {
            return Class.forName("dev.gradwatch.agent.Probe", false, loader) == dev.gradwatch.agent.Probe.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private void say(String what) {
        if (said.add(what)) {
            say.accept("not all is watched: " + what);
        }
    }

    private final class Complaints extends AgentBuilder.Listener.Adapter {
        @Override
        public void onError(
                String typeName,
                @Nullable ClassLoader classLoader,
                @Nullable JavaModule module,
                boolean loaded,
                Throwable throwable) {
            say(typeName + ": " + throwable);
        }
    }
}
