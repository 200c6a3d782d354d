package ai.djl.ndarray;

import ai.djl.engine.Engine;

public class NDManager {
    private final Engine engine;

    public NDManager(Engine engine) {
        this.engine = engine;
    }

    public Engine getEngine() {
        return engine;
    }
}
