import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingResult;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.listener.EpochTrainingListener;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.IndexLoss;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.util.PairList;
import java.util.Random;

/**
 * Learns from points on two spirals which spiral each lies on, and how far out. The loss goes down, the job ends well, and one of the two heads has
 * learned nothing: somebody forgot its term of the loss. Nothing here knows of Gradwatch.
 */
public final class DeadHead {
    private static final int POINTS = 1024;
    private static final int BATCH = 32;
    private static final int EPOCHS = 5;

    public static void main(String[] arguments) throws Exception {
        Engine.getInstance().setRandomSeed(1);
        // Of the first output alone: the second's term was forgotten.
        Loss loss = new IndexLoss(Loss.softmaxCrossEntropyLoss("spiral"), 0);
        // The fix:
        // loss = new ai.djl.training.loss.SimpleCompositeLoss().addLoss(loss).addLoss(new IndexLoss(Loss.l2Loss("radius"), 1));
        DefaultTrainingConfig config = new DefaultTrainingConfig(loss)
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.adam().build())
                .addTrainingListeners(
                        new EpochTrainingListener(), new EvaluatorTrainingListener(), new TrainingListenerAdapter() {
                            @Override
                            public void onEpoch(Trainer trainer) {
                                TrainingResult result = trainer.getTrainingResult();
                                System.out.printf("epoch %d loss %.3f%n", result.getEpoch(), result.getTrainLoss());
                            }
                        });
        try (Model model = Model.newInstance("spirals");
                NDManager data = NDManager.newBaseManager()) {
            model.setBlock(new TwoHeads());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.setMetrics(new Metrics());
                trainer.initialize(new Shape(BATCH, 2));
                EasyTrain.fit(trainer, EPOCHS, spirals(data), null);
            }
        }
    }

    private static ArrayDataset spirals(NDManager manager) {
        Random random = new Random(1);
        float[] points = new float[2 * POINTS];
        float[] spirals = new float[POINTS];
        float[] radii = new float[POINTS];
        for (int i = 0; i < POINTS; i++) {
            int spiral = i % 2;
            double radius = random.nextDouble();
            double angle = 4 * radius + Math.PI * spiral + random.nextGaussian() / 10;
            points[2 * i] = (float) (radius * Math.cos(angle));
            points[2 * i + 1] = (float) (radius * Math.sin(angle));
            spirals[i] = spiral;
            radii[i] = (float) radius;
        }
        return new ArrayDataset.Builder()
                .setData(manager.create(points, new Shape(POINTS, 2)))
                .optLabels(manager.create(spirals), manager.create(radii, new Shape(POINTS, 1)))
                .setSampling(BATCH, false)
                .build();
    }

    /** A trunk, a head that says which spiral, and a head that says how far out. */
    private static final class TwoHeads extends AbstractBlock {
        private final Block trunk = addChildBlock("trunk", layers(64, 64));
        private final Block spiral = addChildBlock("spiral", layers(32, 2));
        private final Block radius = addChildBlock("radius", layers(32, 1));

        private static Block layers(int hidden, int outputs) {
            return new SequentialBlock()
                    .add(Linear.builder().setUnits(hidden).build())
                    .add(Activation::relu)
                    .add(Linear.builder().setUnits(outputs).build());
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
            NDList features = trunk.forward(store, inputs, training);
            return new NDList(
                    spiral.forward(store, features, training).singletonOrThrow(),
                    radius.forward(store, features, training).singletonOrThrow());
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            long batch = inputs[0].get(0);
            return new Shape[] {new Shape(batch, 2), new Shape(batch, 1)};
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
            trunk.initialize(manager, type, inputs);
            spiral.initialize(manager, type, trunk.getOutputShapes(inputs));
            radius.initialize(manager, type, trunk.getOutputShapes(inputs));
        }
    }
}
