package dev.gradwatch.collector.analysis.advice;

import java.util.List;

/** Code to paste, with the job's own names. */
public final class Snippets {
    static final String RETURN_TENSORS =
            "return {\"main\": main, \"aux\": aux}   # tensors in a dict, tuple or dataclass, and only those that the loss uses";

    private static final int SPELLED_OUT = 4;

    private final Trainer trainer;
    private final boolean cpu;
    private final boolean plainModule;

    /** @param plainModule no DDP wraps the model */
    public Snippets(Trainer trainer, boolean cpu, boolean plainModule) {
        this.trainer = trainer;
        this.cpu = cpu;
        this.plainModule = plainModule;
    }

    private String wrap(String arguments) {
        String device = cpu ? "" : ", device_ids=[local_rank]";
        return "model = DistributedDataParallel(model" + device + (arguments.isEmpty() ? "" : ", " + arguments) + ")";
    }

    String findUnused(boolean on) {
        String value = on ? "True" : "False";
        return switch (trainer) {
            case PLAIN -> wrap(on ? "find_unused_parameters=True" : "");
            case LIGHTNING ->
                "trainer = Trainer(strategy=\"" + (on ? "ddp_find_unused_parameters_true" : "ddp") + "\", ...)";
            case ACCELERATE ->
                "from accelerate import Accelerator, DistributedDataParallelKwargs\n"
                        + "accelerator = Accelerator(kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters="
                        + value + ")])";
            case TRANSFORMERS -> "TrainingArguments(..., ddp_find_unused_parameters=" + value + ")";
            case NNUNET ->
                "# in your trainer's initialize(), in the place of nnU-Net's own wrap\n"
                        + "self.network = DistributedDataParallel(self.network, device_ids=[self.local_rank]"
                        + (on ? ", find_unused_parameters=True)" : ")");
        };
    }

    String staticGraph(boolean on) {
        return switch (trainer) {
            case PLAIN -> wrap(on ? "static_graph=True" : "");
            case LIGHTNING ->
                on
                        ? "trainer = Trainer(strategy=DDPStrategy(static_graph=True), ...)"
                        : "trainer = Trainer(strategy=\"ddp\", ...)";
            case TRANSFORMERS ->
                "# transformers' Trainer has no argument for it; where the loop is your own, with accelerate:\n"
                        + staticByAccelerate(on);
            case ACCELERATE -> staticByAccelerate(on);
            case NNUNET ->
                "self.network = DistributedDataParallel(self.network, device_ids=[self.local_rank]"
                        + (on ? ", static_graph=True)" : ")");
        };
    }

    private static String staticByAccelerate(boolean on) {
        return "accelerator = Accelerator(kwargs_handlers=[DistributedDataParallelKwargs(static_graph="
                + (on ? "True" : "False") + ")])";
    }

    String freeze(List<String> names) {
        String where = plainModule ? "once, before the optimizer is built" : trainer.beforeWrap();
        return "# " + where + "; or do not build " + it(names) + " at all\n" + freezing(names);
    }

    private String freezing(List<String> names) {
        StringBuilder out = new StringBuilder();
        if (names.size() <= SPELLED_OUT) {
            for (String name : names) {
                out.append(path(name)).append(".requires_grad_(False)\n");
            }
        } else {
            out.append("unused = (");
            for (String group : names.subList(0, Math.min(names.size(), 12))) {
                out.append('"').append(group).append("\", ");
            }
            out.append(names.size() > 12 ? "...)\n" : ")\n");
            out.append("for name, parameter in ").append(trainer.variable()).append(".named_parameters():\n");
            out.append("    if any(name == u or name.startswith(u + \".\") for u in unused):\n");
            out.append("        parameter.requires_grad_(False)\n");
        }
        return out.toString().stripTrailing();
    }

    String freezeThenWrap(List<String> names) {
        return "# " + trainer.beforeWrap() + "\n" + freezing(names) + (trainer == Trainer.PLAIN ? "\n" + wrap("") : "");
    }

    String wrapAfterUnfreeze(List<String> names) {
        // The module inside DDP is what has the names.
        StringBuilder out = new StringBuilder(trainer == Trainer.PLAIN ? "model = model.module\n" : "");
        for (String name : names.subList(0, Math.min(names.size(), SPELLED_OUT))) {
            out.append(path(name)).append(".requires_grad_(True)\n");
        }
        if (names.size() > SPELLED_OUT) {
            out.append("# and ").append(names.size() - SPELLED_OUT).append(" more\n");
        }
        return out
                + (trainer == Trainer.PLAIN
                        ? wrap("") + "  # wrap anew, so that DDP knows " + it(names)
                        : "# " + trainer.beforeWrap() + ": DDP knows only what is trainable when it is built");
    }

    String useOrDrop(List<String> names) {
        if (trainer == Trainer.NNUNET) {
            return "weights[-1] = 1e-6        # in _build_loss; 0 leaves DDP waiting for a gradient that never comes\n"
                    + "# or, without deep supervision: self.enable_deep_supervision = False";
        }
        boolean head = names.stream().anyMatch(name -> {
            String last = name.substring(name.lastIndexOf('.') + 1);
            return ModuleGroups.isNumber(last);
        });
        return head
                ? "weights[-1] = 1e-6        # of the output that is left out now; 0 leaves DDP waiting for a gradient that never comes\n"
                        + "loss = sum(w * criterion(o, target) for w, o in zip(weights, outputs))"
                : "loss = loss + 1e-6 * unused_output.mean()   # the output of " + String.join(", ", names)
                        + "; or do not return it from forward";
    }

    String syncEveryMicrobatch() {
        return switch (trainer) {
            case PLAIN, NNUNET, LIGHTNING ->
                "# no model.no_sync(): let each micro-batch synchronise\n"
                        + "(criterion(model(batch), target) / accumulation).backward()";
            case ACCELERATE ->
                "accelerator = Accelerator(\n"
                        + "    gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=n, sync_each_batch=True))";
            case TRANSFORMERS ->
                "TrainingArguments(..., accelerator_config={\"gradient_accumulation_kwargs\": {\"sync_each_batch\": True}})";
        };
    }

    String reentrantFalse() {
        return switch (trainer) {
            case TRANSFORMERS ->
                "TrainingArguments(..., gradient_checkpointing=True,\n"
                        + "                  gradient_checkpointing_kwargs={\"use_reentrant\": False})";
            default -> "torch.utils.checkpoint.checkpoint(function, x, use_reentrant=False)";
        };
    }

    String callTheDdpModule() {
        return trainer == Trainer.PLAIN
                ? "loss = criterion(model(batch), target)   # not model.module(batch)"
                : "output = wrapped_model(batch)   # not its .module";
    }

    String clip() {
        return switch (trainer) {
            case LIGHTNING -> "trainer = Trainer(gradient_clip_val=1.0, ...)";
            case ACCELERATE -> "accelerator.clip_grad_norm_(model.parameters(), 1.0)   # before optimizer.step()";
            case TRANSFORMERS -> "TrainingArguments(..., max_grad_norm=1.0)";
            default ->
                "torch.nn.utils.clip_grad_norm_(" + (trainer == Trainer.NNUNET ? "self.network" : "model")
                        + ".parameters(), 1.0)   # after unscale_, before optimizer.step()";
        };
    }

    String anomaly(long step) {
        return "if step == " + step
                + ":\n    torch.autograd.set_detect_anomaly(True)   # names the operation that made the first NaN";
    }

    private String path(String name) {
        StringBuilder out = new StringBuilder(trainer.variable());
        for (String part : name.split("\\.", -1)) {
            out.append(ModuleGroups.isNumber(part) ? "[" + part + "]" : "." + part);
        }
        return out.toString();
    }

    private static String it(List<String> names) {
        return names.size() == 1 ? "it" : "them";
    }
}
