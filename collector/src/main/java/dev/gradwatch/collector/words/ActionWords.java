package dev.gradwatch.collector.words;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Language;

/** Actions in a few words; torch's own words stay as they are. */
public final class ActionWords {
    /** As something to do, in a language. */
    public static String of(Action action, Language language) {
        return language == Language.ZH ? chinese(action) : advise(action);
    }

    /** As something to do, in English. */
    public static String advise(Action action) {
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
            case REMOVE_OR_FREEZE -> "Remove it, or freeze it";
            case KEEP_OR_FREEZE_UNUSED -> "Leave it as it is, or freeze it where it is not used";
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

    /** As something not to do, in English. */
    public static String avoid(Action action) {
        return switch (action) {
            case REMOVE_OR_FREEZE_BEFORE_WRAP -> "removing or freezing it";
            case FREEZE_BEFORE_WRAP -> "freezing it";
            case USE_OR_DROP_OUTPUT -> "dropping the output";
            default -> advise(action);
        };
    }

    private static String chinese(Action action) {
        return switch (action) {
            case REMOVE_OR_FREEZE_BEFORE_WRAP -> "移除，或在 DDP 封装之前冻结参数";
            case USE_OR_DROP_OUTPUT -> "在损失中使用该输出，或不要返回它";
            case FREEZE_BEFORE_WRAP -> "在 DDP 封装之前冻结参数";
            case WRAP_AFTER_UNFREEZE -> "先解冻，再用 DDP 封装";
            case CALL_THE_DDP_MODULE -> "直接调用 DDP 模块";
            case SYNC_EVERY_MICROBATCH -> "每个 micro-batch 都同步";
            case CHECK_LOSS_WEIGHT_OR_ACTIVATION -> "检查损失权重和激活函数";
            case CHECK_LOSS_SCALE_OR_ACTIVATION -> "检查 loss scale 和激活函数";
            case CLIP_GRADIENTS_OR_LOWER_RATE -> "裁剪梯度，或降低学习率";
            case FIND_FIRST_NONFINITE -> "找出第一个非有限值";
            case REMOVE_OR_FREEZE -> "移除，或冻结参数";
            case KEEP_OR_FREEZE_UNUSED -> "保持原样，或在未使用时冻结";
            case RUN_UNDER_GRADWATCH -> "用 gradwatch run 运行";
            case BUILD_THE_SAME_MODEL -> "在每个 rank 上构建相同的模型";
            case ALIGN_COLLECTIVES -> "让所有 rank 执行相同的集合通信";
            case LOOK_AT_FIRST_RANK -> "查看最先退出或没有到达的 rank";
            case RAISE_TIMEOUT -> "延长超时时间";
            case REDUCE_GPU_MEMORY -> "减少显存占用";
            case ONE_RANK_PER_GPU -> "每块 GPU 只运行一个 rank";
            case REDUCE_HOST_MEMORY -> "减少主机内存占用，或提高上限";
            case CHECK_LABELS_AND_INDICES -> "检查标签和索引";
            case INSTALL_MATCHING_TORCH -> "安装与 GPU 匹配的 torch";
            case SET_ENVIRONMENT -> "设置环境变量";
            case START_BY_TORCHRUN -> "用 torchrun 启动";
            case FIX_DATASET -> "修复数据集";
            case STRIP_KEY_PREFIX -> "去掉封装层加上的前缀";
            case MATCH_THE_MODEL -> "让模型与 checkpoint 一致";
            case LOAD_TRUSTED_PICKLE -> "如果信任该文件，按 pickle 加载";
            case PRETRAIN_WITH_SAME_PLANS -> "用相同的 plans 做预训练";
            case CHECK_DATA_AND_RATE -> "检查数据和学习率";
            case REGULARISE_OR_STOP_EARLY -> "加强正则化，或使用较早的 checkpoint";
            case FIX_THE_EXCEPTION -> "修复该异常";
            case FEED_THE_GPU -> "加快数据加载";
            case LOOK_AT_THE_CPU -> "查看该 rank 在等待什么";
            case LOOK_AT_SLOW_RANK -> "查看慢的 rank 在做什么";
            case RAISE_BATCH_SIZE -> "增大 batch";
            case SPEED_UP_COMPUTE -> "降低每步的计算量";
            case ADD_GPUS -> "增加 GPU";
            case KEEP_NO_GRAPHS -> "保存数值，而不是带计算图的张量";
            case RECORD_MEMORY -> "记录哪一行分配了未释放的显存";
            case LIGHTEN_THE_RANK -> "把只有该 rank 做的工作移走";
            case FREE_THE_GPU -> "让其他进程释放该 GPU";
            case COOL_OR_POWER_THE_GPU -> "检查 GPU 的散热和供电";
            case REPAIR_THE_GPU -> "检修该 GPU";
            default -> code(action);
        };
    }

    /** Those whose name is what a person types. */
    private static String code(Action action) {
        return switch (action) {
            case FIND_UNUSED_PARAMETERS -> "find_unused_parameters=True";
            case DISABLE_FIND_UNUSED_PARAMETERS -> "find_unused_parameters=False";
            case STATIC_GRAPH -> "static_graph=True";
            case DROP_STATIC_GRAPH -> "static_graph=False";
            case USE_REENTRANT_FALSE -> "use_reentrant=False";
            case SET_ALLOCATOR_OPTIONS -> "PYTORCH_CUDA_ALLOC_CONF";
            case RUN_WITH_LAUNCH_BLOCKING -> "CUDA_LAUNCH_BLOCKING=1";
            case LOAD_NON_STRICT -> "strict=False";
            case EMPTY_CACHE -> "torch.cuda.empty_cache()";
            default -> "";
        };
    }

    private ActionWords() {}
}
