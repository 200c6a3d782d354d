package dev.gradwatch.agent.instrument;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands DJL's classes to the chain, those that are loaded already included. ByteBuddy is loaded with the first of them, so that a program without DJL, such as a
 * build tool that was given the agent by the environment, starts as fast as before. Called by any thread that loads a class.
 */
public final class Installer implements ClassFileTransformer {
    private static final String DJL = "ai/djl/";

    private final Consumer<String> say;
    private @Nullable ClassFileTransformer chain;
    private volatile boolean broken;

    private Installer(Consumer<String> say) {
        this.say = say;
    }

    /** @param say prints a line for a person */
    public static void install(Instrumentation instrumentation, Consumer<String> say)
            throws UnmodifiableClassException {
        instrumentation.addTransformer(new Installer(say), true);
        List<Class<?>> loaded = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (type.getName().startsWith(DJL.replace('/', '.')) && instrumentation.isModifiableClass(type)) {
                loaded.add(type);
            }
        }
        if (!loaded.isEmpty()) {
            instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
        }
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable Module module,
            @Nullable ClassLoader loader,
            @Nullable String className,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        if (broken || className == null || !className.startsWith(DJL)) {
            return null;
        }
        try {
            return chain().transform(module, loader, className, redefined, domain, bytes);
        } catch (Throwable e) {
            if (!broken) {
                broken = true;
                say.accept("not watching: " + e
                        + (e instanceof LinkageError
                                ? " (expected: gradwatch-agent.jar, and no other jar of the agent on the class path)"
                                : ""));
            }
            return null;
        }
    }

    private synchronized ClassFileTransformer chain() {
        ClassFileTransformer made = chain;
        if (made == null) {
            made = Chain.make(say);
            chain = made;
        }
        return made;
    }
}
