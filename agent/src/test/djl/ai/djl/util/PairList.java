package ai.djl.util;

import java.util.ArrayList;
import java.util.List;

public class PairList<K, V> {
    private final List<K> keys = new ArrayList<>();
    private final List<V> values = new ArrayList<>();

    public PairList<K, V> add(K key, V value) {
        keys.add(key);
        values.add(value);
        return this;
    }

    public List<K> keys() {
        return keys;
    }

    public List<V> values() {
        return values;
    }
}
