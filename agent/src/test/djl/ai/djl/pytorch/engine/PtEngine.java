package ai.djl.pytorch.engine;

import ai.djl.engine.Engine;
import ai.djl.training.GradientCollector;

public final class PtEngine extends Engine {
    public PtEngine(String name) {
        super(name);
    }

    @Override
    public GradientCollector newGradientCollector() {
        return new GradientCollector();
    }
}
