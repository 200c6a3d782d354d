package ai.djl.ndarray.types;

public final class Shape {
    private final long[] dimensions;

    public Shape(long... dimensions) {
        this.dimensions = dimensions;
    }

    public long[] getShape() {
        return dimensions;
    }
}
