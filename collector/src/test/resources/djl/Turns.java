import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.PairList;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * A job whose steps somebody else allows: {@code java -cp DJL-JARS Turns.java PARAMETERS}. For each byte of standard input it trains one step, and prints the
 * nanoseconds of processor time and of wall time that it took, and the bytes that its thread allocated. The model does as little as one of so many
 * parameters can: what DJL spends on each in a step is most of it. Java 11.
 */
public final class Turns {
    private static final int SIZE = 32;

    private Turns() {}

    public static void main(String[] arguments) throws Exception {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        Engine.getInstance().setRandomSeed(1);
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.l2Loss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.sgd()
                        .setLearningRateTracker(Tracker.fixed(1e-7f))
                        .build());
        try (Model model = Model.newInstance("turns")) {
            model.setBlock(new Sums(Integer.parseInt(arguments[0])));
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(1));
                NDManager manager = trainer.getManager();
                NDList inputs = new NDList(manager.ones(new Shape(1)));
                NDList targets = new NDList(manager.ones(new Shape(1)));
                while (System.in.read() >= 0) {
                    long allocated = thread.getThreadAllocatedBytes(self);
                    long cpu = thread.getCurrentThreadCpuTime();
                    long wall = System.nanoTime();
                    step(trainer, inputs, targets);
                    wall = System.nanoTime() - wall;
                    cpu = thread.getCurrentThreadCpuTime() - cpu;
                    allocated = thread.getThreadAllocatedBytes(self) - allocated;
                    System.out.println(cpu + " " + wall + " " + allocated);
                }
            }
        }
    }

    private static void step(Trainer trainer, NDList inputs, NDList targets) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDList outputs = trainer.forward(inputs);
                NDArray loss = trainer.getLoss().evaluate(targets, outputs);
                scope.attachAll(loss);
                scope.attachAll(outputs.toArray(new NDArray[0]));
                collector.backward(loss);
            }
            trainer.step();
        }
    }

    /** The sum of all of its parameters. */
    private static final class Sums extends AbstractBlock {
        private final Parameter[] parameters;

        Sums(int count) {
            parameters = new Parameter[count];
            for (int i = 0; i < count; i++) {
                parameters[i] = addParameter(Parameter.builder()
                        .setName("weight" + i)
                        .setType(Parameter.Type.WEIGHT)
                        .optShape(new Shape(SIZE, 1))
                        .build());
            }
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> named) {
            NDList values = new NDList(parameters.length);
            for (Parameter parameter : parameters) {
                values.add(store.getValue(parameter, Device.cpu(), training));
            }
            return new NDList(NDArrays.concat(values).sum().mul(inputs.head()));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            return inputs;
        }
    }
}
