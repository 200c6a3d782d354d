package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtNDArray;

public final class JniUtils {
    private JniUtils() {}

    public static PtNDArray getGradient(PtNDArray array) {
        return array.gradient == null ? null : new PtNDArray(array.gradient, array.getDataType());
    }
}
