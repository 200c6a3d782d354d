package ai.djl.nn;

import ai.djl.util.PairList;

public class Block {
    private final PairList<String, Parameter> own = new PairList<>();
    private final PairList<String, Block> children = new PairList<>();

    public Block with(String name, Parameter parameter) {
        own.add(name, parameter);
        return this;
    }

    public Block with(String name, Block child) {
        children.add(name, child);
        return this;
    }

    public PairList<String, Parameter> getDirectParameters() {
        return own;
    }

    public PairList<String, Block> getChildren() {
        return children;
    }

    public PairList<String, Parameter> getParameters() {
        PairList<String, Parameter> all = new PairList<>();
        for (int i = 0; i < own.keys().size(); i++) {
            all.add(own.keys().get(i), own.values().get(i));
        }
        for (int i = 0; i < children.keys().size(); i++) {
            PairList<String, Parameter> below = children.values().get(i).getParameters();
            for (int j = 0; j < below.keys().size(); j++) {
                all.add(children.keys().get(i) + "_" + below.keys().get(j), below.values().get(j));
            }
        }
        return all;
    }
}
