package ai.djl.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

public class ParameterStore {
    private final Map<String, ParameterData> parameterMap = new ConcurrentHashMap<>();
    private final List<Device> devices;

    public ParameterStore(Device... devices) {
        this.devices = Arrays.asList(devices);
    }

    public NDArray getValue(Parameter parameter, Device device, boolean training) {
        ParameterData data = parameterMap.computeIfAbsent(parameter.getId(), id -> new ParameterData());
        for (int d = data.list.size(); d < devices.size(); d++) {
            data.list.add(d == 0 ? parameter.getArray() : new PtNDArray(new float[1], DataType.FLOAT32));
        }
        return data.list.get(devices.indexOf(device));
    }

    private static final class ParameterData {
        private final List<NDArray> list = new ArrayList<>();
    }
}
