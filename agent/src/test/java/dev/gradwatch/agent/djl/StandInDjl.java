package dev.gradwatch.agent.djl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The stand-in of {@code src/test/djl}, compiled into a class loader of its own, and what a test does with it. */
final class StandInDjl {
    private static final Path SOURCES = Path.of("src/test/djl");

    private final ClassLoader loader;

    /**
     * @param folder where the classes go
     * @param edit what to change in each source, for a DJL that is not as it was
     */
    StandInDjl(Path folder, UnaryOperator<String> edit) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-nowarn", "-d", folder.resolve("classes").toString()));
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> {
                try {
                    Path copy = folder.resolve("sources").resolve(SOURCES.relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.write(copy, edit.apply(Files.readString(file)).getBytes(StandardCharsets.UTF_8));
                    arguments.add(copy.toString());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0]));
        if (status != 0) {
            throw new IllegalStateException("javac of the stand-in: " + status + " (expected: 0)");
        }
        loader = new URLClassLoader(new URL[] {folder.resolve("classes").toUri().toURL()}, null);
    }

    Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName("ai.djl." + name, true, loader);
    }

    Object make(String type, Object... arguments) throws ReflectiveOperationException {
        for (Constructor<?> constructor : type(type).getConstructors()) {
            if (constructor.getParameterCount() == arguments.length) {
                return constructor.newInstance(arguments);
            }
        }
        throw new NoSuchMethodException(type + Arrays.toString(arguments));
    }

    Object devices(Object... devices) throws ReflectiveOperationException {
        Object array = Array.newInstance(type("Device"), devices.length);
        for (int i = 0; i < devices.length; i++) {
            Array.set(array, i, devices[i]);
        }
        return array;
    }

    /** A parameter of so many elements. */
    Object parameter(String id, int size) throws ReflectiveOperationException {
        Object float32 = type("ndarray.types.DataType").getEnumConstants()[0];
        return make("nn.Parameter", id, make("pytorch.engine.PtNDArray", new float[size], float32));
    }

    static Object call(Object on, String method, Object... arguments) throws ReflectiveOperationException {
        for (Method one : on.getClass().getMethods()) {
            if (one.getName().equals(method) && accepts(one, arguments)) {
                return one.invoke(on, arguments);
            }
        }
        throw new NoSuchMethodException(on.getClass() + "." + method);
    }

    private static boolean accepts(Method method, Object[] arguments) {
        Class<?>[] types = method.getParameterTypes();
        boolean fits = types.length == arguments.length;
        for (int i = 0; fits && i < types.length; i++) {
            fits = types[i].isPrimitive() || types[i].isInstance(arguments[i]);
        }
        return fits;
    }

    /** What a backward leaves on the parameter's array of that device; null none. */
    void gradient(Object store, Object parameter, Object device, float... gradient)
            throws ReflectiveOperationException {
        Object array = call(store, "getValue", parameter, device, true);
        Field field = array.getClass().getField("gradient");
        field.set(array, gradient);
    }

    /** Arrays that somebody made and did not close. */
    int open() throws ReflectiveOperationException {
        return type("pytorch.engine.PtNDArray").getField("open").getInt(null);
    }
}
