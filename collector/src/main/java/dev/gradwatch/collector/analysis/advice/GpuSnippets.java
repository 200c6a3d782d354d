package dev.gradwatch.collector.analysis.advice;

import dev.gradwatch.collector.model.RankInfo;

/** Code and commands to paste, about GPUs, in the words of who builds the job. */
public final class GpuSnippets {
    private final Trainer trainer;

    public GpuSnippets(Trainer trainer) {
        this.trainer = trainer;
    }

    public String loadFaster() {
        return switch (trainer) {
            case TRANSFORMERS ->
                "TrainingArguments(..., dataloader_num_workers=8, dataloader_pin_memory=True,\n"
                        + "                  dataloader_persistent_workers=True, dataloader_prefetch_factor=4)";
            case NNUNET -> "export nnUNet_n_proc_DA=16   # processes that augment data, for each rank";
            case LIGHTNING, ACCELERATE -> loader();
            case PLAIN -> loader() + "\nbatch = batch.to(device, non_blocking=True)";
        };
    }

    private static String loader() {
        return "DataLoader(dataset, ..., num_workers=8, pin_memory=True, persistent_workers=True, prefetch_factor=4)";
    }

    /** Where a rank stands. */
    public String dump(int rank, RankInfo info) {
        return "py-spy dump --pid " + info.pid() + "   # rank " + rank + ", on " + info.host();
    }

    public String compute() {
        return switch (trainer) {
            case LIGHTNING -> "trainer = Trainer(precision=\"bf16-mixed\", ...)";
            case ACCELERATE -> "accelerator = Accelerator(mixed_precision=\"bf16\")";
            case TRANSFORMERS -> "TrainingArguments(..., bf16=True, torch_compile=True)";
            case NNUNET -> "export nnUNet_compile=true   # mixed precision is on already";
            case PLAIN -> """
                model = torch.compile(model.to(memory_format=torch.channels_last))   # before DistributedDataParallel
                with torch.autocast("cuda", dtype=torch.bfloat16):
                    loss = criterion(model(batch), target)""";
        };
    }

    public String keepNoGraphs() {
        return switch (trainer) {
            case LIGHTNING ->
                "self.log(\"loss\", loss)                             # keeps a number\n"
                        + "self.training_outputs.append(loss.detach().cpu())   # not the loss itself, which keeps its graph";
            case TRANSFORMERS, ACCELERATE, PLAIN ->
                "total_loss += loss.item()              # not total_loss += loss, which keeps the graph of every step\n"
                        + "history.append(output.detach().cpu())  # likewise for what a list keeps";
            case NNUNET ->
                "return {\"loss\": l.detach().cpu().numpy()}   # in train_step and validation_step; nothing else that is a tensor";
        };
    }

    public String recordMemory() {
        return "torch.cuda.memory._record_memory_history()   # once, before the loop\n"
                + "torch.cuda.memory._dump_snapshot(\"memory.pickle\")   # some hundred steps later; open it at pytorch.org/memory_viz";
    }

    public String chooseGpu() {
        return "torch.cuda.set_device(int(os.environ[\"LOCAL_RANK\"]))   # before anything touches CUDA";
    }

    public String loadToOwn() {
        return "state = torch.load(path, map_location=f\"cuda:{int(os.environ['LOCAL_RANK'])}\")   # else it goes where it was saved, cuda:0";
    }

    public String loadToHost() {
        return "state = torch.load(path, map_location=\"cpu\")   # and del state after load_state_dict";
    }
}
