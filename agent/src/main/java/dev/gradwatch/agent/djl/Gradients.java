package dev.gradwatch.agent.djl;

import dev.gradwatch.wire.Step;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/**
 * Gradients of DJL's PyTorch engine, as torch has them. {@code NDArray.getGradient()} makes zeros where there is none, so that a parameter that was never used
 * and one whose gradient is zero look alike; {@code JniUtils.getGradient} tells them apart (seen in DJL 0.28 to 0.35). What is made to look is closed again.
 */
final class Gradients {
    private final MethodHandle gradient;
    private final MethodHandle norm;
    private final MethodHandle abs;
    private final MethodHandle max;
    private final MethodHandle toFloats;
    private final MethodHandle size;
    private final MethodHandle typeOf;
    private final MethodHandle toType;
    private final MethodHandle close;
    private final Object float32;

    Gradients(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> array = Class.forName("ai.djl.pytorch.engine.PtNDArray", true, loader);
        Class<?> jni = Class.forName("ai.djl.pytorch.jni.JniUtils", true, loader);
        MethodHandle raw = MethodHandles.publicLookup().unreflect(jni.getMethod("getGradient", array));
        gradient = raw.asType(raw.type().generic());
        Class<?> any = Class.forName("ai.djl.ndarray.NDArray", true, loader);
        norm = Djl.method(any, "norm");
        abs = Djl.method(any, "abs");
        max = Djl.method(any, "max");
        toFloats = Djl.method(any, "toFloatArray");
        size = Djl.method(any, "size");
        typeOf = Djl.method(any, "getDataType");
        Class<?> type = Class.forName("ai.djl.ndarray.types.DataType", true, loader);
        toType = Djl.method(any, "toType", type, boolean.class);
        close = Djl.method(any, "close");
        Object found = null;
        for (Object constant : type.getEnumConstants()) {
            found = constant.toString().equalsIgnoreCase("float32") ? constant : found;
        }
        if (found == null) {
            throw new NoSuchFieldException("DataType.FLOAT32");
        }
        float32 = found;
    }

    /** Whether torch holds a gradient for that array, from this pass or an earlier one. */
    boolean exists(Object array) {
        Object found = Djl.maybe(gradient, array);
        if (found == null) {
            return false;
        }
        Djl.maybe(close, found);
        return true;
    }

    /** The L2 norm of the array's gradient: 0 exactly zero, NaN or infinite not finite; -1 where there is none. Waits for the device. */
    float norm(Object array) {
        Object found = Djl.maybe(gradient, array);
        if (found == null) {
            return Step.NO_GRADIENT;
        }
        Object whole = null;
        try {
            // A half's own norm overflows at 65,504.
            whole = Djl.call(typeOf, found) == float32 ? found : converted(found);
            float value = scalar(norm, whole);
            if (value != 0) {
                return value;
            }
            return (long) Djl.call(size, whole) == 0 || largest(whole) == 0 ? 0 : Step.TINY_NORM;
        } finally {
            if (whole != null && whole != found) {
                Djl.maybe(close, whole);
            }
            Djl.maybe(close, found);
        }
    }

    private Object converted(Object array) {
        try {
            return toType.invoke(array, float32, (Object) true);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private float largest(Object array) {
        Object sizes = Djl.call(abs, array);
        try {
            return scalar(max, sizes);
        } finally {
            Djl.maybe(close, sizes);
        }
    }

    private float scalar(MethodHandle of, Object array) {
        Object value = Djl.call(of, array);
        try {
            return ((float[]) Djl.call(toFloats, value))[0];
        } finally {
            Djl.maybe(close, value);
        }
    }
}
