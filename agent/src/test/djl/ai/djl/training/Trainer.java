package ai.djl.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.evaluator.Evaluator;

public class Trainer {
    private final Model model;
    private final Engine engine;
    private final Device[] devices;
    private final ParameterStore parameterStore;

    public Trainer(Model model, Engine engine, Device... devices) {
        this.model = model;
        this.engine = engine;
        this.devices = devices;
        parameterStore = new ParameterStore(devices);
    }

    public Model getModel() {
        return model;
    }

    public Device[] getDevices() {
        return devices;
    }

    public NDManager getManager() {
        return new NDManager(engine);
    }

    public Evaluator getLoss() {
        return new Evaluator();
    }

    public ParameterStore store() {
        return parameterStore;
    }
}
