package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Action;

/** Actions in a few words: as something to do, and as something not to. */
final class ActionWords {
    static String advise(Action action) {
        return switch (action) {
            case REMOVE_OR_FREEZE_BEFORE_WRAP -> "Remove it, or freeze it before the wrap";
            case USE_OR_DROP_OUTPUT -> "Use the output in the loss, or do not return it";
            case FIND_UNUSED_PARAMETERS -> "find_unused_parameters=True";
            case DISABLE_FIND_UNUSED_PARAMETERS -> "find_unused_parameters=False";
            case STATIC_GRAPH -> "static_graph=True";
            case DROP_STATIC_GRAPH -> "Drop static_graph=True";
            case FREEZE_BEFORE_WRAP -> "Freeze before the wrap";
            case WRAP_AFTER_UNFREEZE -> "Unfreeze first, then wrap";
            case CALL_THE_DDP_MODULE -> "Call the DDP module itself";
            case USE_REENTRANT_FALSE -> "Checkpoint with use_reentrant=False";
            case SYNC_EVERY_MICROBATCH -> "Synchronise every micro-batch";
            case CHECK_LOSS_WEIGHT_OR_ACTIVATION -> "Check the loss weight and the activation";
            case CHECK_LOSS_SCALE_OR_ACTIVATION -> "Check the loss scale and the activations";
            case CLIP_GRADIENTS_OR_LOWER_RATE -> "Clip the gradients, or lower the learning rate";
            case FIND_FIRST_NONFINITE -> "Find the first value that is not finite";
            case RUN_UNDER_GRADWATCH -> "Run it under gradwatch run";
            case BUILD_THE_SAME_MODEL -> "Build the same model on every rank";
            case ALIGN_COLLECTIVES -> "Let every rank run the same collectives";
            case LOOK_AT_FIRST_RANK -> "Look at the rank that ended first, or did not come";
            case RAISE_TIMEOUT -> "A longer time-out";
            case REDUCE_GPU_MEMORY -> "Use less GPU memory";
            case ONE_RANK_PER_GPU -> "One rank a GPU";
            case SET_ALLOCATOR_OPTIONS -> "PYTORCH_CUDA_ALLOC_CONF";
            case REDUCE_HOST_MEMORY -> "Use less host memory, or allow more";
            case RUN_WITH_LAUNCH_BLOCKING -> "Run with CUDA_LAUNCH_BLOCKING=1";
            case CHECK_LABELS_AND_INDICES -> "Check labels and indices";
            case INSTALL_MATCHING_TORCH -> "Install a torch that fits the GPU";
            case SET_ENVIRONMENT -> "Set the environment variable";
            case START_BY_TORCHRUN -> "Start it by torchrun";
            case FIX_DATASET -> "Fix the dataset";
            case STRIP_KEY_PREFIX -> "Take off the wrapper's prefix";
            case MATCH_THE_MODEL -> "Match the model to the checkpoint";
            case LOAD_NON_STRICT -> "strict=False";
            case LOAD_TRUSTED_PICKLE -> "Load the pickle, if you trust it";
            case PRETRAIN_WITH_SAME_PLANS -> "Pretrain with the same plans";
            case CHECK_DATA_AND_RATE -> "Check data and learning rate";
            case REGULARISE_OR_STOP_EARLY -> "Regularise, or take an earlier checkpoint";
            case FIX_THE_EXCEPTION -> "Fix the exception";
            case FEED_THE_GPU -> "Load data faster";
            case LOOK_AT_THE_CPU -> "See what the rank waits for";
            case LOOK_AT_SLOW_RANK -> "See what the slow rank does";
            case RAISE_BATCH_SIZE -> "A larger batch";
            case SPEED_UP_COMPUTE -> "Make the step cheaper to compute";
            case ADD_GPUS -> "More GPUs";
            case KEEP_NO_GRAPHS -> "Keep numbers, not tensors with their graphs";
            case RECORD_MEMORY -> "Record which line allocates what stays";
            case EMPTY_CACHE -> "torch.cuda.empty_cache()";
            case LIGHTEN_THE_RANK -> "Take from that rank what only it does";
            case FREE_THE_GPU -> "Free the GPU of the other process";
            case COOL_OR_POWER_THE_GPU -> "Look at the GPU's cooling and power";
            case REPAIR_THE_GPU -> "Have the GPU looked at";
            case KNOWN_FIX, KNOWN_TRAP -> "";
        };
    }

    static String avoid(Action action) {
        return switch (action) {
            case REMOVE_OR_FREEZE_BEFORE_WRAP -> "removing or freezing it";
            case FREEZE_BEFORE_WRAP -> "freezing it";
            case USE_OR_DROP_OUTPUT -> "dropping the output";
            default -> advise(action);
        };
    }

    private ActionWords() {}
}
