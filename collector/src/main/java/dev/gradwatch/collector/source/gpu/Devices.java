package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Pointer;
import dev.gradwatch.collector.model.Gpu;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The GPUs of one life of the driver, with their instances. A GPU that cannot be asked is in a state of its own, and the others are read. For one thread
 * at a time.
 */
final class Devices {
    /** More than any machine has; a driver that says more is not believed. */
    static final int MAX_GPUS = 256;
    /** What a GPU can be divided into; NVML says 7 today. */
    static final int MAX_INSTANCES = 64;
    /** At each so many readings a GPU is asked for what changes slowly, each at another one. */
    static final int SLOW_READINGS = 10;

    private final Nvml nvml;
    private final ProcessTable table;
    private final List<Slot> slots = new ArrayList<>();
    private long readings;

    Devices(Nvml nvml, ProcessTable table) {
        this.nvml = nvml;
        this.table = table;
    }

    /** @throws NvmlError where the driver was loaded again, or does not even say how many there are */
    List<Gpu> read() throws NvmlError {
        int count = Math.max(0, Math.min(nvml.deviceCount(), MAX_GPUS));
        while (slots.size() > count) {
            slots.remove(slots.size() - 1);
        }
        while (slots.size() < count) {
            slots.add(new Slot(slots.size()));
        }
        List<Gpu> gpus = new ArrayList<>();
        for (Slot slot : slots) {
            slot.read(readings, gpus);
        }
        readings++;
        return gpus;
    }

    private Gpu unread(Identity identity, NvmlError error) throws NvmlError {
        if (error.isReload()) {
            throw error;
        }
        if (error.isLost()) {
            return identity.gpu(Gpu.State.LOST);
        }
        return identity.gpu(error.isDenied() ? Gpu.State.NO_PERMISSION : Gpu.State.FAILED);
    }

    /** The GPU of an index, whichever that is. */
    private final class Slot {
        private Identity identity;
        private @Nullable Device device;
        private List<Device> instances = List.of();

        Slot(int index) {
            identity = Identity.unknown(index);
        }

        void read(long reading, List<Gpu> into) throws NvmlError {
            int index = identity.place().index();
            boolean slow = device == null || (reading + index) % SLOW_READINGS == 0;
            try {
                Device found = device;
                if (found == null) {
                    found = new Device(nvml, table, nvml.device(index), new Identity.Place(index, null, null));
                    identity = found.identity();
                    device = found;
                }
                if (slow) {
                    found.readSlow();
                    instances = found.isDivided() ? instances(found) : List.of();
                    found.leaveToInstances(!instances.isEmpty());
                }
                into.add(found.read());
            } catch (NvmlError e) {
                into.add(unread(identity, e));
                // It may be another GPU that comes back.
                device = null;
                instances = List.of();
                return;
            }
            for (Device instance : instances) {
                try {
                    if (slow) {
                        instance.readSlow();
                    }
                    into.add(instance.read());
                } catch (NvmlError e) {
                    into.add(unread(instance.identity(), e));
                }
            }
        }

        private List<Device> instances(Device whole) throws NvmlError {
            List<Device> found = new ArrayList<>();
            try {
                long most = Math.min(nvml.maxInstances.ask(whole.handle()), MAX_INSTANCES);
                for (int i = 0; i < most; i++) {
                    Device instance = instance(whole, i);
                    if (instance != null) {
                        found.add(instance);
                    }
                }
            } catch (NvmlError e) {
                if (e.isLost() || e.isReload()) {
                    throw e;
                }
            }
            return found;
        }

        private @Nullable Device instance(Device whole, int number) throws NvmlError {
            Identity of = whole.identity();
            try {
                Pointer handle = nvml.instance.ask(whole.handle(), number);
                Gpu.Mig mig = new Gpu.Mig(
                        of.uuid(),
                        nvml.gpuInstance.ask(handle).intValue(),
                        nvml.computeInstance.ask(handle).intValue());
                String uuid = nvml.uuid.ask(handle);
                for (Device known : instances) {
                    if (handle.equals(known.handle()) && known.identity().isOf(mig, uuid)) {
                        return known;
                    }
                }
                return new Device(
                        nvml, table, handle, new Identity.Place(of.place().index(), mig, of.busId()));
            } catch (NvmlError e) {
                if (e.isLost() || e.isReload()) {
                    throw e;
                }
                return null;
            }
        }
    }
}
