package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arrays that NVML fills with processes. A list that grew while it was asked for is asked for again with more room, up to {@link #MAX_ENTRIES}.
 *
 * <p>Drivers disagree on how long an entry is, in spite of the version in the function's name: 535.43 to 535.86 wrote 32 bytes where 24 are documented,
 * and 16 were seen too. All three begin alike. So the buffer has room for the longest, is filled with a pattern before, and the last byte that the
 * driver overwrote tells which it was.
 *
 * <p>For one thread at a time.
 */
final class ProcessLists {
    static final int MAX_ENTRIES = 1 << 14;

    private static final int FIRST_ENTRIES = 64;
    private static final int MAX_ATTEMPTS = 5;
    /** Entries of room beyond what the driver asked for. */
    private static final int MARGIN = 16;

    private static final byte PATTERN = (byte) 0xA5;

    private static final Layout V1 = Structs.PROCESS_V1;
    private static final Layout V2 = Structs.PROCESS_V2;
    private static final Layout WIDE = Structs.PROCESS_WIDE;
    private static final Layout USE = Structs.PROCESS_UTILIZATION;

    private static final long PID = V2.offset("pid");
    private static final long USED = V2.offset("usedGpuMemory");
    private static final long GPU_INSTANCE = V2.offset("gpuInstanceId");
    private static final long COMPUTE_INSTANCE = V2.offset("computeInstanceId");

    private final Memory count = new Memory(Integer.BYTES);
    private Memory entries = room(FIRST_ENTRIES);

    private static Memory room(int entries) {
        return new Memory((long) entries * WIDE.size());
    }

    /** @param documented how long an entry should be */
    List<Listed> list(Function function, Pointer device, Layout documented) throws NvmlError {
        int listed = fill(function, device, null);
        int stride = listed == 0 ? documented.size() : stride(listed, documented);
        List<Listed> processes = new ArrayList<>(listed);
        for (int i = 0; i < listed; i++) {
            long at = (long) i * stride;
            boolean instances = stride >= V2.size();
            processes.add(new Listed(
                    Integer.toUnsignedLong(entries.getInt(at + PID)),
                    Values.bytes(entries.getLong(at + USED)),
                    instances ? Values.instance(entries.getInt(at + GPU_INSTANCE)) : null,
                    instances ? Values.instance(entries.getInt(at + COMPUTE_INSTANCE)) : null));
        }
        return processes;
    }

    /**
     * Each process's utilisation, in percent, of the time since.
     *
     * @param sinceMicros as the driver counts; 0 where all that it kept is wanted
     */
    Utilizations utilizations(Function function, Pointer device, long sinceMicros) throws NvmlError {
        int listed;
        try {
            listed = fill(function, device, sinceMicros);
        } catch (NvmlError e) {
            if (e.code() == NvmlError.NOT_FOUND) {
                return new Utilizations(sinceMicros, Map.of());
            }
            throw e;
        }
        long latest = sinceMicros;
        Map<Long, Integer> percents = new HashMap<>();
        Map<Long, Long> times = new HashMap<>();
        for (int i = 0; i < listed; i++) {
            long at = (long) i * USE.size();
            long pid = Integer.toUnsignedLong(entries.getInt(at + USE.offset("pid")));
            long micros = entries.getLong(at + USE.offset("timeStamp"));
            Integer percent = Values.percent(Integer.toUnsignedLong(entries.getInt(at + USE.offset("smUtil"))));
            if (percent != null && micros > sinceMicros && micros >= times.getOrDefault(pid, 0L)) {
                percents.put(pid, percent);
                times.put(pid, micros);
                latest = Math.max(latest, micros);
            }
        }
        return new Utilizations(latest, percents);
    }

    /**
     * @param latestMicros to ask from the next time
     * @param percents by pid
     */
    record Utilizations(long latestMicros, Map<Long, Integer> percents) {}

    private int fill(Function function, Pointer device, @Nullable Long since) throws NvmlError {
        int code = NvmlError.INSUFFICIENT_SIZE;
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            int capacity = (int) (entries.size() / WIDE.size());
            count.setInt(0, capacity);
            entries.setMemory(0, entries.size(), PATTERN);
            code = function.invokeInt(
                    since == null
                            ? new Object[] {device, count, entries}
                            : new Object[] {device, entries, count, since});
            int wanted = count.getInt(0);
            if (code == NvmlError.SUCCESS) {
                return Math.max(0, Math.min(wanted, capacity));
            }
            if (code != NvmlError.INSUFFICIENT_SIZE || capacity >= MAX_ENTRIES) {
                break;
            }
            int more = wanted > capacity && wanted < MAX_ENTRIES ? wanted + MARGIN : capacity * 2;
            entries.close();
            entries = room(Math.min(more, MAX_ENTRIES));
        }
        throw new NvmlError(function.getName(), code);
    }

    private int stride(int listed, Layout documented) {
        byte[] bytes = entries.getByteArray(0, (int) Math.min(entries.size(), (listed + 1L) * WIDE.size()));
        int written = bytes.length;
        while (written > 0 && bytes[written - 1] == PATTERN) {
            written--;
        }
        for (Layout layout : Arrays.asList(V1, V2, WIDE)) {
            if (written <= listed * layout.size()) {
                return layout.size();
            }
        }
        return documented.size();
    }
}
