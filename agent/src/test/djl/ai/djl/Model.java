package ai.djl;

import ai.djl.nn.Block;

public class Model {
    private final Block block;

    public Model(Block block) {
        this.block = block;
    }

    public String getName() {
        return "net";
    }

    public Block getBlock() {
        return block;
    }
}
