package ai.djl.engine;

import ai.djl.training.GradientCollector;

public abstract class Engine {
    private final String name;

    protected Engine(String name) {
        this.name = name;
    }

    public static String getDjlVersion() {
        return "0.35.1";
    }

    public String getEngineName() {
        return name;
    }

    public abstract GradientCollector newGradientCollector();
}
