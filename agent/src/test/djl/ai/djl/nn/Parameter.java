package ai.djl.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

public class Parameter {
    private final String id;
    private final NDArray array;
    private boolean requiresGradient = true;

    public Parameter(String id, NDArray array) {
        this.id = id;
        this.array = array;
    }

    public String getId() {
        return id;
    }

    public boolean requiresGradient() {
        return requiresGradient;
    }

    public void freeze(boolean freeze) {
        requiresGradient = !freeze;
    }

    public Shape getShape() {
        return new Shape(array.size());
    }

    public boolean isInitialized() {
        return true;
    }

    public NDArray getArray() {
        return array;
    }
}
