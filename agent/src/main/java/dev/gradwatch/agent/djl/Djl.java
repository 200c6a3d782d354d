package dev.gradwatch.agent.djl;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DJL as the agent needs it, by method handles of one class loader's classes. Read only; every method is called on the thread that trains. What DJL does not
 * have as it had in 0.28 to 0.35 is a {@link ReflectiveOperationException} when the handles are made.
 */
final class Djl {
    private static final ClassValue<Object> OF_TRAINERS = new ClassValue<>() {
        @Override
        protected Object computeValue(Class<?> trainer) {
            try {
                return new Djl(trainer.getClassLoader());
            } catch (ReflectiveOperationException | LinkageError e) {
                return e;
            }
        }
    };

    private final MethodHandle modelOf;
    private final MethodHandle devicesOf;
    private final MethodHandle managerOf;
    private final MethodHandle lossOf;
    private final MethodHandle engineOfManager;
    private final MethodHandle engineName;
    private final MethodHandle accumulator;
    private final MethodHandle nameOfModel;
    private final MethodHandle blockOf;
    private final MethodHandle parametersOf;
    private final MethodHandle directOf;
    private final MethodHandle childrenOf;
    private final MethodHandle keysOf;
    private final MethodHandle valuesOf;
    private final MethodHandle idOf;
    private final MethodHandle requiresGradient;
    private final MethodHandle shapeOf;
    private final MethodHandle dimensionsOf;
    private final MethodHandle isInitialized;
    private final MethodHandle arrayOf;
    private final MethodHandle dataTypeOf;
    private final MethodHandle deviceTypeOf;
    private final MethodHandle deviceIdOf;
    private final MethodHandle entriesOf;
    private final MethodHandle batchSize;
    private final String version;
    private final ClassLoader loader;
    private @Nullable MethodHandle arraysOfEntry;
    private @Nullable Gradients gradients;

    private Djl(ClassLoader loader) throws ReflectiveOperationException {
        this.loader = loader;
        Class<?> trainer = load("ai.djl.training.Trainer");
        modelOf = method(trainer, "getModel");
        devicesOf = method(trainer, "getDevices");
        managerOf = method(trainer, "getManager");
        lossOf = method(trainer, "getLoss");
        engineOfManager = method(load("ai.djl.ndarray.NDManager"), "getEngine");
        Class<?> engine = load("ai.djl.engine.Engine");
        engineName = method(engine, "getEngineName");
        accumulator = method(load("ai.djl.training.evaluator.Evaluator"), "getAccumulator", String.class);
        Class<?> model = load("ai.djl.Model");
        nameOfModel = method(model, "getName");
        blockOf = method(model, "getBlock");
        Class<?> block = load("ai.djl.nn.Block");
        parametersOf = method(block, "getParameters");
        directOf = method(block, "getDirectParameters");
        childrenOf = method(block, "getChildren");
        Class<?> pairs = load("ai.djl.util.PairList");
        keysOf = method(pairs, "keys");
        valuesOf = method(pairs, "values");
        Class<?> parameter = load("ai.djl.nn.Parameter");
        idOf = method(parameter, "getId");
        requiresGradient = method(parameter, "requiresGradient");
        shapeOf = method(parameter, "getShape");
        isInitialized = method(parameter, "isInitialized");
        arrayOf = method(parameter, "getArray");
        dimensionsOf = method(load("ai.djl.ndarray.types.Shape"), "getShape");
        dataTypeOf = method(load("ai.djl.ndarray.NDArray"), "getDataType");
        Class<?> device = load("ai.djl.Device");
        deviceTypeOf = method(device, "getDeviceType");
        deviceIdOf = method(device, "getDeviceId");
        entriesOf = field(load("ai.djl.training.ParameterStore"), "parameterMap");
        batchSize = method(load("ai.djl.training.dataset.Batch"), "getSize");
        version = String.valueOf(engine.getMethod("getDjlVersion").invoke(null));
    }

    /** Of that trainer's class loader. */
    static Djl of(Object trainer) throws ReflectiveOperationException {
        Class<?> type = trainer.getClass();
        while (!type.getName().equals("ai.djl.training.Trainer") && type.getSuperclass() != null) {
            type = type.getSuperclass();
        }
        Object known = OF_TRAINERS.get(type);
        if (known instanceof Djl) {
            return (Djl) known;
        }
        throw new ReflectiveOperationException("DJL is not as it was from 0.28 to 0.35: " + known, (Throwable) known);
    }

    /** Such as {@code 0.35.1}. */
    String version() {
        return version;
    }

    /** The name of the engine that trains, such as {@code PyTorch}. */
    String engine(Object trainer) {
        return (String) call(engineName, call(engineOfManager, call(managerOf, trainer)));
    }

    /** How to look at the trainer's gradients; null where its engine does not tell one that never came from one that is zero. */
    @Nullable
    Gradients gradientsOf(Object trainer) throws ReflectiveOperationException {
        if (!engine(trainer).equals("PyTorch")) {
            return null;
        }
        Gradients made = gradients;
        if (made == null) {
            made = new Gradients(loader);
            gradients = made;
        }
        return made;
    }

    Object blockOf(Object trainer) {
        return call(blockOf, call(modelOf, trainer));
    }

    /** The model's own name; empty where it has none. */
    String nameOf(Object trainer) {
        String name = (String) maybe(nameOfModel, call(modelOf, trainer));
        return name == null ? "" : name;
    }

    Object[] devicesOf(Object trainer) {
        return (Object[]) call(devicesOf, trainer);
    }

    /** As torch calls it: {@code cpu}, {@code cuda:0}. */
    String nameOfDevice(Object device) {
        String type = (String) call(deviceTypeOf, device);
        return type.equals("gpu") ? "cuda:" + call(deviceIdOf, device) : type.toLowerCase(Locale.ROOT);
    }

    /** A list of names and values; blocks and parameters come in it. */
    Named parametersOf(Object block) {
        return new Named(call(parametersOf, block));
    }

    /** The block's own parameters, without its children's. */
    Named directOf(Object block) {
        return new Named(call(directOf, block));
    }

    Named childrenOf(Object block) {
        return new Named(call(childrenOf, block));
    }

    boolean requiresGradient(Object parameter) {
        return (boolean) call(requiresGradient, parameter);
    }

    /** In elements; empty where it is not known yet. */
    int[] shapeOf(Object parameter) {
        Object shape = maybe(shapeOf, parameter);
        if (shape == null) {
            return new int[0];
        }
        long[] dimensions = (long[]) call(dimensionsOf, shape);
        int[] cut = new int[dimensions.length];
        for (int i = 0; i < cut.length; i++) {
            cut[i] = (int) Math.max(0, Math.min(Integer.MAX_VALUE, dimensions[i]));
        }
        return cut;
    }

    /** Such as {@code float32}; empty where the parameter has no array yet. */
    String typeOf(Object parameter) {
        return (boolean) call(isInitialized, parameter)
                ? String.valueOf(call(dataTypeOf, call(arrayOf, parameter))).toLowerCase(Locale.ROOT)
                : "";
    }

    /**
     * The parameter's arrays in that store, one for each device; empty where the store has none. Read from the store's own table: asking for them by
     * {@code getValue} would make those that are missing, and so change what the optimizer updates.
     */
    List<?> arraysOf(Object store, Object parameter) throws ReflectiveOperationException {
        Object entry = ((Map<?, ?>) call(entriesOf, store)).get((String) call(idOf, parameter));
        if (entry == null) {
            return List.of();
        }
        if (arraysOfEntry == null) {
            arraysOfEntry = field(entry.getClass(), "list");
        }
        return (List<?>) call(arraysOfEntry, entry);
    }

    /** The latest batch's loss as DJL's EvaluatorTrainingListener has it; NaN where the trainer has no such listener. */
    double lossOf(Object trainer) {
        try {
            return (float) accumulator.invoke(call(lossOf, trainer), (Object) "train/all");
        } catch (Throwable e) {
            // No such accumulator.
            return Double.NaN;
        }
    }

    int sizeOf(Object batch) {
        return (int) call(batchSize, batch);
    }

    private Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, true, loader);
    }

    /** Takes and gives objects. */
    static MethodHandle method(Class<?> type, String name, Class<?>... parameters) throws ReflectiveOperationException {
        Method method = type.getMethod(name, parameters);
        MethodHandle handle = MethodHandles.publicLookup().unreflect(method);
        return handle.asType(handle.type().generic());
    }

    private static MethodHandle field(Class<?> type, String name) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        MethodHandle handle = MethodHandles.lookup().unreflectGetter(field);
        return handle.asType(handle.type().generic());
    }

    /** A call that gives something. */
    static Object call(MethodHandle handle, Object on) {
        Object value = maybe(handle, on);
        if (value == null) {
            throw new IllegalStateException("null of " + handle.type() + " (expected: a value)");
        }
        return value;
    }

    static @Nullable Object maybe(MethodHandle handle, Object on) {
        try {
            return handle.invokeExact(on);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** DJL's PairList. */
    final class Named {
        private final List<?> names;
        private final List<?> values;

        private Named(Object pairs) {
            names = (List<?>) call(keysOf, pairs);
            values = (List<?>) call(valuesOf, pairs);
        }

        int size() {
            return names.size();
        }

        String name(int i) {
            return String.valueOf(names.get(i));
        }

        Object value(int i) {
            return values.get(i);
        }
    }
}
