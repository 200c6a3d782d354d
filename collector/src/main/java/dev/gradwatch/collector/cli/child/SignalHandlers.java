package dev.gradwatch.collector.cli.child;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code sun.misc.Signal}, the only way to a signal without native code. By reflection, because javac warns of the class in a way that cannot be
 * silenced, and a machine without it merely loses the relay.
 */
final class SignalHandlers {
    private SignalHandlers() {}

    /**
     * Has a signal call this, on a thread of its own.
     *
     * @return the handler before; null where this machine cannot handle the signal
     */
    static @Nullable Object replace(String name, Consumer<String> receiver) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                receiver.accept(name);
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "relay of " + name;
        };
        try {
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            return handle(
                    name,
                    Proxy.newProxyInstance(SignalHandlers.class.getClassLoader(), new Class<?>[] {type}, handler));
        } catch (ReflectiveOperationException | LinkageError | IllegalArgumentException notOnThisMachine) {
            return null;
        }
    }

    static void restore(String name, Object handler) {
        try {
            handle(name, handler);
        } catch (ReflectiveOperationException | LinkageError | IllegalArgumentException notOnThisMachine) {
            // It was replaced on this very machine, so it can be put back.
            throw new IllegalStateException(notOnThisMachine);
        }
    }

    private static @Nullable Object handle(String name, Object handler) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Method handle = signalType.getMethod("handle", signalType, handlerType);
        return handle.invoke(null, signalType.getConstructor(String.class).newInstance(name), handler);
    }
}
