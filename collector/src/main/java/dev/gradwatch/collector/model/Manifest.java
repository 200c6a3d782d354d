package dev.gradwatch.collector.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rank says once of a model that it wrapped.
 *
 * @param model the model's id within the job
 * @param name the class of the wrapped module
 * @param wrapper {@code DistributedDataParallel}, {@code Module} for a plain one, or {@code Trainer} for a block that a DJL Trainer trains
 * @param parametersTotal parameter tensors of the model, those past the protocol's limit included
 * @param ddp null for a plain module
 * @param notes what could not be seen, in whole sentences
 */
public record Manifest(
        int model,
        String name,
        String wrapper,
        int parametersTotal,
        int stateDictKeys,
        List<Module> modules,
        List<Parameter> parameters,
        @Nullable DdpSettings ddp,
        List<String> notes) {
    public Manifest {
        modules = List.copyOf(modules);
        parameters = List.copyOf(parameters);
        notes = List.copyOf(notes);
    }

    /** Whether it is a block of DJL, with names such as {@code 02heads_01Linear}; no DDP wraps it, and none of DDP's rules hold. */
    public boolean isDjl() {
        return wrapper.equals("Trainer") && ddp == null;
    }

    /** A module by its name, with dots ({@code ""} is the root), and its class. */
    public record Module(String name, String className) {}

    /**
     * A parameter tensor.
     *
     * @param trainable requires_grad when the model was wrapped
     * @param reduced DDP averages it: the k-th reduced parameter is torch's "parameter index" k
     * @param module index of the owning module in {@link Manifest#modules}
     * @param aliases its other names, where weights are shared
     */
    public record Parameter(
            String name,
            List<Integer> shape,
            String dtype,
            boolean trainable,
            boolean reduced,
            int module,
            List<String> aliases) {
        public Parameter {
            shape = List.copyOf(shape);
            aliases = List.copyOf(aliases);
        }

        /** Scalars in the tensor; 1 for a shape of no dimensions. */
        public long elements() {
            long elements = 1;
            for (int size : shape) {
                elements *= size;
            }
            return elements;
        }
    }

    /** How DDP was built. */
    public record DdpSettings(
            boolean findUnusedParameters,
            boolean staticGraph,
            boolean broadcastBuffers,
            boolean gradientAsBucketView,
            double bucketCapMb,
            boolean commHook) {}
}
