package ai.djl.ndarray.types;

public enum DataType {
    FLOAT32,
    FLOAT16;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
