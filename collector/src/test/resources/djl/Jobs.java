import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.listener.DivergenceCheckTrainingListener;
import ai.djl.training.listener.EpochTrainingListener;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.listener.TimeMeasureTrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.NoopTranslator;
import ai.djl.util.PairList;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * DJL jobs of the tests, each of which does one thing that Gradwatch must tell, or must not mistake for something else:
 * {@code java -cp DJL-JARS Jobs.java JOB [--steps N] [--wait STEP]}. With {@code --wait} a job says so before that step and reads a line of standard
 * input. What a job prints on standard output depends on its seed alone, so that two runs can be compared byte by byte. Java 11.
 */
public final class Jobs {
    private static final int BATCH = 4;
    private static final int WIDTH = 8;
    private static final int SEED = 7;

    private static int steps = 8;
    private static int waitAt = -1;

    private Jobs() {}

    public static void main(String[] arguments) throws Exception {
        for (int i = 1; i + 1 < arguments.length; i += 2) {
            int value = Integer.parseInt(arguments[i + 1]);
            if (arguments[i].equals("--steps")) {
                steps = value;
            } else if (arguments[i].equals("--wait")) {
                waitAt = value;
            } else {
                throw new IllegalArgumentException(arguments[i] + " (expected: --steps or --wait)");
            }
        }
        Engine.getInstance().setRandomSeed(SEED);
        run(arguments[0]);
        System.out.println("done");
    }

    private static void run(String job) throws Exception {
        switch (job) {
            case "used":
                plain(new TwoHeads((call, main, side) -> main.add(side.get())));
                return;
            case "never_called":
                plain(new TwoHeads((call, main, side) -> main));
                return;
            case "output_dropped":
                plain(new TwoHeads((call, main, side) -> {
                    side.get();
                    return main;
                }));
                return;
            case "detached":
                plain(new TwoHeads((call, main, side) -> main.add(side.get().stopGradient())));
                return;
            case "times_zero":
                plain(new TwoHeads((call, main, side) -> main.add(side.get().mul(0))));
                return;
            case "unused_from_step_3":
                plain(new TwoHeads((call, main, side) -> call < 3 ? main.add(side.get()) : main));
                return;
            case "alternating":
                plain(new TwoHeads((call, main, side) -> call % 2 == 0 ? main.add(side.get()) : main));
                return;
            case "frozen":
                TwoHeads frozen = new TwoHeads((call, main, side) -> main);
                frozen.side.freezeParameters(true);
                plain(frozen);
                return;
            case "freezes_midway":
                freezing(true);
                return;
            case "unfreezes_midway":
                freezing(false);
                return;
            case "cnn":
                convolutional();
                return;
            case "nested":
                nested();
                return;
            case "shared":
                plain(new Shared());
                return;
            case "easy_train":
                easyTrain();
                return;
            case "accumulation":
                accumulating(false);
                return;
            case "two_collectors":
                accumulating(true);
                return;
            case "engine_collector":
                loop(used(), 0.05f, (trainer, step, inputs, target) -> {
                    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                        return backward(trainer, collector, inputs, target);
                    }
                });
                return;
            case "evaluates":
                evaluating();
                return;
            case "gan":
                adversarial();
                return;
            case "devices":
                severalDevices();
                return;
            case "exploding":
                loop(
                        new TwoHeads((call, main, side) -> main.add(side.get()).mul(Math.pow(10, call))),
                        1e-12f,
                        Jobs::pass);
                return;
            case "not_a_number":
                loop(used(), 0.05f, (trainer, step, inputs, target) ->
                        pass(trainer, step, inputs, step < 3 ? target : target.mul(Float.NaN)));
                return;
            case "other_thread":
                otherThread();
                return;
            case "unclosed":
                unclosed();
                return;
            case "predicts":
                predicting();
                return;
            case "throws":
                plain(new TwoHeads((call, main, side) -> {
                    if (call == 3) {
                        throw new IllegalStateException("thrown in forward");
                    }
                    return main.add(side.get());
                }));
                return;
            case "exits":
                plain(new TwoHeads((call, main, side) -> {
                    if (call == 3) {
                        System.exit(3);
                    }
                    return main.add(side.get());
                }));
                return;
            default:
                throw new IllegalArgumentException(job + " (expected: a job of this file)");
        }
    }

    // --- Jobs

    private static TwoHeads used() {
        return new TwoHeads((call, main, side) -> main.add(side.get()));
    }

    private static void plain(Block block) throws Exception {
        loop(block, 0.05f, Jobs::pass);
    }

    private static void freezing(boolean freeze) throws Exception {
        TwoHeads block = used();
        block.side.freezeParameters(!freeze);
        loop(block, 0.05f, (trainer, step, inputs, target) -> {
            if (step == 3) {
                block.side.freezeParameters(freeze);
            }
            return pass(trainer, step, inputs, target);
        });
    }

    private static void convolutional() throws Exception {
        SequentialBlock block = new SequentialBlock()
                .add(Conv2d.builder()
                        .setKernelShape(new Shape(3, 3))
                        .setFilters(4)
                        .build())
                .add(BatchNorm.builder().build())
                .add(Activation.reluBlock())
                .add(Pool.maxPool2dBlock(new Shape(2, 2)))
                .add(Blocks.batchFlattenBlock())
                .add(linear(1));
        loop(block, new Shape(BATCH, 1, WIDTH, WIDTH), 0.01f, Jobs::pass);
    }

    private static void nested() throws Exception {
        Block deep = new SequentialBlock()
                .add(new SequentialBlock().add(linear(WIDTH)).add(used()).add(linear(WIDTH)));
        loop(
                new SequentialBlock()
                        .add(linear(WIDTH))
                        .add(deep)
                        .add(new TwoHeads((call, main, side) -> main)),
                0.001f,
                Jobs::pass);
    }

    private static void easyTrain() throws Exception {
        DefaultTrainingConfig config = config(0.05f)
                .addTrainingListeners(
                        new EpochTrainingListener(),
                        new EvaluatorTrainingListener(),
                        new TimeMeasureTrainingListener(null),
                        new DivergenceCheckTrainingListener(),
                        new TrainingListenerAdapter() {
                            @Override
                            public void onEpoch(Trainer trainer) {
                                trainer.getTrainingResult()
                                        .getEvaluations()
                                        .forEach((name, value) -> System.out.println(name + " " + value));
                            }
                        });
        try (Model model = Model.newInstance("easy");
                NDManager data = NDManager.newBaseManager()) {
            model.setBlock(new TwoHeads((call, main, side) -> main));
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.setMetrics(new Metrics());
                trainer.initialize(new Shape(BATCH, WIDTH));
                say(model.getBlock());
                Random random = new Random(SEED);
                ArrayDataset dataset = new ArrayDataset.Builder()
                        .setData(random(data, random, new Shape(steps * BATCH / 2, WIDTH)))
                        .optLabels(random(data, random, new Shape(steps * BATCH / 2, 1)))
                        .setSampling(BATCH, false)
                        .build();
                EasyTrain.fit(trainer, 2, dataset, dataset);
            }
        }
    }

    private static void accumulating(boolean collectors) throws Exception {
        loop(new TwoHeads((call, main, side) -> call % 2 == 1 ? main.add(side.get()) : main), 0.005f,
                (trainer, step, inputs, target) -> {
                    if (collectors) {
                        pass(trainer, step, inputs, target);
                        return pass(trainer, step, inputs.mul(2), target);
                    }
                    try (GradientCollector collector = trainer.newGradientCollector()) {
                        backward(trainer, collector, inputs, target);
                        return backward(trainer, collector, inputs.mul(2), target);
                    }
                });
    }

    private static void evaluating() throws Exception {
        // In evaluation the side head runs; that is no use of it.
        loop(new TwoHeads((call, main, side) -> call % 2 == 1 ? main.add(side.get()) : main), 0.05f,
                (trainer, step, inputs, target) -> {
                    float loss = pass(trainer, step, inputs, target);
                    NDArray evaluated =
                            trainer.evaluate(new NDList(inputs)).singletonOrThrow().sum();
                    System.out.println("evaluated " + evaluated.getFloat());
                    return loss;
                });
    }

    private static void adversarial() throws Exception {
        try (Model generator = Model.newInstance("generator");
                Model discriminator = Model.newInstance("discriminator")) {
            generator.setBlock(new SequentialBlock().add(linear(WIDTH)).add(Activation.reluBlock()).add(linear(WIDTH)));
            discriminator.setBlock(new SequentialBlock().add(linear(WIDTH)).add(Activation.reluBlock()).add(linear(1)));
            try (Trainer makes = generator.newTrainer(config(0.01f));
                    Trainer judges = discriminator.newTrainer(config(0.01f))) {
                makes.initialize(new Shape(BATCH, WIDTH));
                judges.initialize(new Shape(BATCH, WIDTH));
                say(generator.getBlock());
                say(discriminator.getBlock());
                Random random = new Random(SEED);
                for (int step = 0; step < steps; step++) {
                    waitBefore(step);
                    try (NDManager scope = makes.getManager().newSubManager()) {
                        NDList noise = new NDList(random(scope, random, new Shape(BATCH, WIDTH)));
                        NDList real = new NDList(random(scope, random, new Shape(BATCH, WIDTH)).add(1));
                        NDArray judged;
                        try (GradientCollector collector = judges.newGradientCollector()) {
                            NDList made = new NDList(makes.forward(noise).singletonOrThrow().stopGradient());
                            judged = judges.forward(real).singletonOrThrow().sub(1).square().mean()
                                    .add(judges.forward(made).singletonOrThrow().square().mean());
                            collector.backward(judged);
                        }
                        judges.step();
                        NDArray fooled;
                        try (GradientCollector collector = makes.newGradientCollector()) {
                            fooled = judges.forward(makes.forward(noise)).singletonOrThrow().sub(1).square().mean();
                            collector.backward(fooled);
                        }
                        makes.step();
                        System.out.println("step " + step + " loss " + judged.getFloat() + " " + fooled.getFloat());
                    }
                }
            }
        }
    }

    /**
     * Two devices on one CPU: DJL knows a single CPU, so the second is made past its factory, and the block fetches from it what its tensors, which say
     * {@code cpu()}, would not. The side head runs on the second device only.
     */
    private static void severalDevices() throws Exception {
        Constructor<Device> maker = Device.class.getDeclaredConstructor(String.class, int.class);
        maker.setAccessible(true);
        Device[] devices = {Device.cpu(), maker.newInstance(Device.Type.CPU, 0)};
        try (Model model = Model.newInstance("devices")) {
            Mirrored block = new Mirrored();
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(config(0.05f).optDevices(devices))) {
                trainer.initialize(new Shape(BATCH, WIDTH));
                say(block);
                Random random = new Random(SEED);
                for (int step = 0; step < steps; step++) {
                    waitBefore(step);
                    try (NDManager scope = trainer.getManager().newSubManager();
                            GradientCollector collector = trainer.newGradientCollector()) {
                        float sum = 0;
                        for (Device device : devices) {
                            block.device = device;
                            NDArray inputs = random(scope, random, new Shape(BATCH, WIDTH));
                            sum += backward(trainer, collector, inputs, inputs.sum(new int[] {1}, true));
                        }
                        System.out.println("step " + step + " loss " + sum);
                    }
                    trainer.step();
                }
            }
        }
    }

    private static void otherThread() throws Exception {
        Throwable[] thrown = new Throwable[1];
        Thread thread = new Thread(() -> {
            try {
                plain(new TwoHeads((call, main, side) -> main));
            } catch (Throwable e) {
                thrown[0] = e;
            }
        }, "training");
        thread.start();
        thread.join();
        if (thrown[0] != null) {
            throw new IllegalStateException(thrown[0]);
        }
    }

    private static void unclosed() throws Exception {
        Model model = Model.newInstance("unclosed");
        model.setBlock(new TwoHeads((call, main, side) -> main));
        Trainer trainer = model.newTrainer(config(0.05f));
        trainer.initialize(new Shape(BATCH, WIDTH));
        say(model.getBlock());
        Random random = new Random(SEED);
        for (int step = 0; step < steps; step++) {
            step(trainer, step, random, new Shape(BATCH, WIDTH), Jobs::pass);
        }
    }

    private static void predicting() throws Exception {
        try (Model model = Model.newInstance("predicts")) {
            Block block = used();
            block.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(BATCH, WIDTH));
            model.setBlock(block);
            try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
                NDArray inputs = model.getNDManager().ones(new Shape(BATCH, WIDTH));
                System.out.println(predictor
                        .predict(new NDList(inputs))
                        .singletonOrThrow()
                        .sum()
                        .getFloat());
            }
        }
    }

    // --- How they train

    /** One pass: the loss of a step, its gradients computed. */
    private interface Pass {
        float of(Trainer trainer, int step, NDArray inputs, NDArray target);
    }

    private static void loop(Block block, float rate, Pass pass) throws Exception {
        loop(block, new Shape(BATCH, WIDTH), rate, pass);
    }

    private static void loop(Block block, Shape shape, float rate, Pass pass) throws Exception {
        try (Model model = Model.newInstance("job")) {
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(config(rate))) {
                trainer.initialize(shape);
                say(block);
                Random random = new Random(SEED);
                for (int step = 0; step < steps; step++) {
                    step(trainer, step, random, shape, pass);
                }
            }
        }
    }

    private static void step(Trainer trainer, int step, Random random, Shape shape, Pass pass) throws Exception {
        waitBefore(step);
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDArray inputs = random(scope, random, shape);
            NDArray target = inputs.reshape(shape.get(0), -1).sum(new int[] {1}, true);
            float loss = pass.of(trainer, step, inputs, target);
            trainer.step();
            System.out.println("step " + step + " loss " + loss);
        }
    }

    private static float pass(Trainer trainer, int step, NDArray inputs, NDArray target) {
        try (GradientCollector collector = trainer.newGradientCollector()) {
            return backward(trainer, collector, inputs, target);
        }
    }

    private static float backward(Trainer trainer, GradientCollector collector, NDArray inputs, NDArray target) {
        NDList outputs = trainer.forward(new NDList(inputs));
        NDArray loss = trainer.getLoss().evaluate(new NDList(target), outputs);
        collector.backward(loss);
        return loss.getFloat();
    }

    private static DefaultTrainingConfig config(float rate) {
        return new DefaultTrainingConfig(Loss.l2Loss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.sgd()
                        .setLearningRateTracker(Tracker.fixed(rate))
                        .build());
    }

    private static void waitBefore(int step) throws Exception {
        if (step == waitAt) {
            System.out.println("waiting at step " + step);
            System.in.read();
        }
    }

    /** Each parameter as DJL names it. */
    private static void say(Block block) {
        for (int i = 0; i < block.getParameters().size(); i++) {
            Parameter parameter = block.getParameters().valueAt(i);
            System.out.println((parameter.requiresGradient() ? "parameter " : "constant ")
                    + block.getParameters().keyAt(i));
        }
    }

    private static Linear linear(int units) {
        return Linear.builder().setUnits(units).build();
    }

    private static NDArray random(NDManager manager, Random random, Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, shape);
    }

    // --- Blocks

    /** What becomes of the two heads' outputs in the forward pass of that number. */
    private interface Joint {
        NDArray of(int call, NDArray main, Supplier<NDArray> side);
    }

    /** A trunk with a main and a side head. */
    private static final class TwoHeads extends AbstractBlock {
        private final Block trunk = addChildBlock("trunk", linear(WIDTH));
        private final Block main = addChildBlock("main", linear(1));
        final Block side = addChildBlock("side", new SequentialBlock().add(linear(WIDTH)).add(linear(1)));
        private final Joint joint;
        private int calls;

        TwoHeads(Joint joint) {
            this.joint = joint;
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
            NDArray features =
                    Activation.relu(trunk.forward(store, inputs, training).singletonOrThrow());
            NDArray first = main.forward(store, new NDList(features), training).singletonOrThrow();
            return new NDList(joint.of(
                    calls++,
                    first,
                    () -> side.forward(store, new NDList(features), training).singletonOrThrow()));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            return new Shape[] {new Shape(inputs[0].get(0), 1)};
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
            trunk.initialize(manager, type, inputs);
            Shape[] features = trunk.getOutputShapes(inputs);
            main.initialize(manager, type, features);
            side.initialize(manager, type, features);
        }
    }

    /** One layer under two names, and one that nothing calls. */
    private static final class Shared extends AbstractBlock {
        private final Block layer = linear(WIDTH);
        private final Block left = addChildBlock("left", layer);
        private final Block right = addChildBlock("right", layer);
        private final Block head = addChildBlock("head", linear(1));
        private final Block spare = addChildBlock("spare", linear(1));

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
            NDList once = left.forward(store, inputs, training);
            return head.forward(store, right.forward(store, once, training), training);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            return new Shape[] {new Shape(inputs[0].get(0), 1)};
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
            layer.initialize(manager, type, inputs);
            head.initialize(manager, type, inputs);
            spare.initialize(manager, type, inputs);
        }
    }

    /** Fetches its parameters from the device that is told to it; its side weight on the second device alone. */
    private static final class Mirrored extends AbstractBlock {
        private final Parameter main = addParameter(weight("main"));
        private final Parameter side = addParameter(weight("side"));
        private final Parameter spare = addParameter(weight("spare"));
        Device device = Device.cpu();

        private static Parameter weight(String name) {
            return Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).optShape(new Shape(WIDTH, 1)).build();
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
            NDArray input = inputs.singletonOrThrow();
            NDArray output = input.matMul(store.getValue(main, device, training));
            return new NDList(
                    device.getDeviceId() == 0 ? output.add(input.matMul(store.getValue(side, device, training))) : output);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            return new Shape[] {new Shape(inputs[0].get(0), 1)};
        }
    }
}
