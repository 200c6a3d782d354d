package ai.djl.training.evaluator;

public class Evaluator {
    public float getAccumulator(String key) {
        if (!key.equals("train/all")) {
            throw new IllegalArgumentException(key);
        }
        return 0.5f;
    }
}
