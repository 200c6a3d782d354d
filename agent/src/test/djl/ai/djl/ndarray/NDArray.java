package ai.djl.ndarray;

import ai.djl.ndarray.types.DataType;

public interface NDArray extends AutoCloseable {
    DataType getDataType();

    NDArray toType(DataType type, boolean copy);

    NDArray norm();

    NDArray abs();

    NDArray max();

    long size();

    float[] toFloatArray();

    @Override
    void close();
}
