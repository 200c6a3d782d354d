package dev.gradwatch.collector.analysis.advice;

import java.util.Map;

/** Who builds DDP in this job, as far as the imported libraries tell; each wants its flags in another place. */
public enum Trainer {
    /** The user's own code. */
    PLAIN,
    LIGHTNING,
    ACCELERATE,
    TRANSFORMERS,
    NNUNET;

    public static Trainer of(Map<String, String> libraries) {
        if (libraries.containsKey("nnunetv2")) {
            return NNUNET;
        }
        if (libraries.containsKey("lightning") || libraries.containsKey("pytorch_lightning")) {
            return LIGHTNING;
        }
        if (libraries.containsKey("accelerate")) {
            // transformers' Trainer cannot run without accelerate; transformers alone may be just the model.
            return libraries.containsKey("transformers") ? TRANSFORMERS : ACCELERATE;
        }
        return PLAIN;
    }

    /** What the wrapped module is called where the snippet goes. */
    String variable() {
        return this == NNUNET ? "self.network" : this == LIGHTNING ? "self" : "model";
    }

    /** Where code that must run before the wrap goes. */
    String beforeWrap() {
        return switch (this) {
            case PLAIN -> "before DistributedDataParallel(model)";
            case LIGHTNING -> "in the LightningModule's __init__ or configure_model";
            case ACCELERATE -> "before accelerator.prepare(model)";
            case TRANSFORMERS -> "before Trainer(model=model)";
            case NNUNET -> "in your trainer's build_network_architecture, before nnU-Net wraps the network";
        };
    }
}
