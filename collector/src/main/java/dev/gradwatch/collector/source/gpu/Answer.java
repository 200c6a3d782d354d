package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.gradwatch.collector.model.Gpu;

/**
 * Calls NVML and reads what it writes into one buffer, which is cleared before, so that what it leaves out reads as 0. Arguments are the function's up to
 * the pointer to the answer. Each call throws where NVML does not return success. For one thread at a time.
 */
final class Answer {
    static final int SENSOR_GPU = 0;

    private static final int BYTES = 128;

    private final Memory buffer = new Memory(BYTES);

    /** An {@code unsigned int}. */
    long u32(Function function, Object... arguments) throws NvmlError {
        call(function, with(arguments, buffer));
        return u32(0);
    }

    /** An {@code unsigned long long}, as its bits. */
    long u64(Function function, Object... arguments) throws NvmlError {
        call(function, with(arguments, buffer));
        return buffer.getLong(0);
    }

    Pointer handle(Function function, Object... arguments) throws NvmlError {
        call(function, with(arguments, buffer));
        Pointer handle = buffer.getPointer(0);
        if (handle == null) {
            throw new NvmlError(function.getName(), NvmlError.NOT_FOUND);
        }
        return handle;
    }

    String text(Function function, Object... arguments) throws NvmlError {
        call(function, with(with(arguments, buffer), Structs.TEXT_BYTES));
        return Values.text(buffer, 0, Structs.TEXT_BYTES);
    }

    /** The longer form where there is one. */
    String busId(Function function, Pointer gpu, Layout layout) throws NvmlError {
        call(function, gpu, buffer);
        int at = layout.offset("busId");
        String busId = Values.text(buffer, at, layout == Structs.PCI ? layout.size() - at : Structs.LEGACY_BUS_BYTES);
        return busId.isEmpty() ? Values.text(buffer, 0, Structs.LEGACY_BUS_BYTES) : busId;
    }

    Gpu.Memory memoryV2(Function function, Pointer gpu) throws NvmlError {
        Layout layout = Structs.MEMORY_V2;
        buffer.clear();
        buffer.setInt(layout.offset("version"), layout.version(2));
        check(function, function.invokeInt(new Object[] {gpu, buffer}));
        return new Gpu.Memory(
                buffer.getLong(layout.offset("total")),
                buffer.getLong(layout.offset("used")),
                Values.bytes(buffer.getLong(layout.offset("reserved"))));
    }

    Gpu.Memory memory(Function function, Pointer gpu) throws NvmlError {
        call(function, gpu, buffer);
        return new Gpu.Memory(
                buffer.getLong(Structs.MEMORY.offset("total")), buffer.getLong(Structs.MEMORY.offset("used")), null);
    }

    /** Of the GPU, and of its memory's time, in percent. */
    long[] utilization(Function function, Pointer gpu) throws NvmlError {
        call(function, gpu, buffer);
        return new long[] {u32(Structs.UTILIZATION.offset("gpu")), u32(Structs.UTILIZATION.offset("memory"))};
    }

    long temperature(Function function, Pointer gpu) throws NvmlError {
        Layout layout = Structs.TEMPERATURE;
        buffer.clear();
        buffer.setInt(layout.offset("version"), layout.version(1));
        buffer.setInt(layout.offset("sensorType"), SENSOR_GPU);
        check(function, function.invokeInt(new Object[] {gpu, buffer}));
        return u32(layout.offset("temperature"));
    }

    /** The mode now; the one after the next reset comes second. */
    long migMode(Function function, Pointer gpu) throws NvmlError {
        call(function, gpu, buffer, buffer.share(Integer.BYTES));
        return u32(0);
    }

    /** The third of four numbers: corrected and uncorrected rows, whether one waits for a reset, whether one failed. */
    long rowsPending(Function function, Pointer gpu) throws NvmlError {
        call(
                function,
                gpu,
                buffer,
                buffer.share(Integer.BYTES),
                buffer.share(2L * Integer.BYTES),
                buffer.share(3L * Integer.BYTES));
        return u32(2 * Integer.BYTES);
    }

    /** How many are active. */
    long nvlinks(Function function, Pointer gpu) throws NvmlError {
        long active = 0;
        for (int link = 0; link < Structs.MAX_NVLINKS; link++) {
            try {
                active += u32(function, gpu, link) == 1 ? 1 : 0;
            } catch (NvmlError e) {
                if (link > 0 && e.isAbsence()) {
                    break;
                }
                throw e;
            }
        }
        return active;
    }

    private long u32(int offset) {
        return Integer.toUnsignedLong(buffer.getInt(offset));
    }

    private void call(Function function, Object... arguments) throws NvmlError {
        buffer.clear();
        check(function, function.invokeInt(arguments));
    }

    private static void check(Function function, int code) throws NvmlError {
        if (code != NvmlError.SUCCESS) {
            throw new NvmlError(function.getName(), code);
        }
    }

    private static Object[] with(Object[] arguments, Object last) {
        Object[] all = new Object[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = last;
        return all;
    }
}
