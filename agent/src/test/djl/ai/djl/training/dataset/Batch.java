package ai.djl.training.dataset;

public class Batch {
    public int getSize() {
        return 32;
    }
}
