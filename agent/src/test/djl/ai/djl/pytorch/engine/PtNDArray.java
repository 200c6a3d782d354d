package ai.djl.pytorch.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** Counts what is open, so that a test sees what the agent left. */
public class PtNDArray implements NDArray {
    public static int open;

    /** What JniUtils gives; null none. */
    public float[] gradient;

    private final float[] values;
    private final DataType type;

    public PtNDArray(float[] values, DataType type) {
        this.values = values;
        this.type = type;
        open++;
    }

    @Override
    public DataType getDataType() {
        return type;
    }

    @Override
    public NDArray toType(DataType wanted, boolean copy) {
        return new PtNDArray(values, wanted);
    }

    /** As torch's in that type: the squares of a half overflow. */
    @Override
    public NDArray norm() {
        float sum = 0;
        for (float value : values) {
            sum += value * value;
        }
        float norm = (float) Math.sqrt(sum);
        return new PtNDArray(new float[] {type == DataType.FLOAT16 && norm > 65504 ? Float.POSITIVE_INFINITY : norm}, type);
    }

    @Override
    public NDArray abs() {
        float[] sizes = values.clone();
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Math.abs(sizes[i]);
        }
        return new PtNDArray(sizes, type);
    }

    @Override
    public NDArray max() {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            max = Math.max(max, value);
        }
        return new PtNDArray(new float[] {max}, type);
    }

    @Override
    public long size() {
        return values.length;
    }

    @Override
    public float[] toFloatArray() {
        return values;
    }

    @Override
    public void close() {
        open--;
    }
}
