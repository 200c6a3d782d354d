package dev.gradwatch.collector.analysis.log;

import dev.gradwatch.collector.analysis.advice.Wording;
import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.LogMessage;
import java.util.List;
import java.util.Map;

/** What the end of a process means that printed no exception: a signal, or an exit status alone. */
final class ProcessEnds {
    private static final int SIGABRT = 6;
    private static final int SIGBUS = 7;
    private static final int SIGKILL = 9;
    private static final int SIGSEGV = 11;

    private static final Map<Integer, String> SIGNALS = Map.of(
            4, "SIGILL", SIGABRT, "SIGABRT", SIGBUS, "SIGBUS", 8, "SIGFPE", SIGKILL, "SIGKILL", SIGSEGV, "SIGSEGV", 15,
            "SIGTERM");

    /** What libstdc++ says when a process ends with a thread of its own still running. */
    private static final String THREAD_LEFT = "tb.terminate_thread";

    private final LogView view;

    ProcessEnds(LogView view) {
        this.view = view;
    }

    /** The number of a signal such as {@code SIGKILL}; 0 where the name is none. */
    static int signal(String name) {
        return SIGNALS.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(0);
    }

    /**
     * @param ranks that ended so; empty where they are not known
     * @param signal 0 where the process exited
     * @param said the launcher's word
     */
    Finding finding(List<Integer> ranks, int signal, int exitCode, LogMessage said) {
        Cause cause = signal == SIGKILL ? Cause.RANK_KILLED : Cause.RANK_FAILED;
        LogDraft draft = new LogDraft(view, cause, List.of(said)).ranks(ranks);
        String who = ranks.isEmpty() ? "a process" : Wording.ranks(ranks);
        switch (signal) {
            case 0 -> exited(draft, who, exitCode);
            case SIGKILL -> killed(draft, who + (ranks.size() > 1 ? " were" : " was"));
            case SIGSEGV -> crashed(draft, who);
            case SIGABRT -> aborted(draft, who);
            case SIGBUS -> {
                draft.title(who + " ended by SIGBUS");
                draft.detail("A bus error is most often a full /dev/shm.");
                draft.advise(
                        Action.REDUCE_HOST_MEMORY,
                        "Give the container more shared memory.",
                        "docker run --shm-size=16g ...");
            }
            default -> {
                draft.title(who + " ended by " + SIGNALS.getOrDefault(signal, "signal " + signal));
                draft.detail("It printed no exception.");
                askForItsStack(draft);
            }
        }
        return draft.finding();
    }

    private static void exited(LogDraft draft, String who, int exitCode) {
        draft.title(who + " exited with status " + exitCode + " and printed no exception that this log holds");
        draft.detail(
                "Its own stdout and stderr may be elsewhere: torchrun keeps them with --log-dir and --redirects, and the traceback with @record.");
        draft.advise(
                Action.LOOK_AT_FIRST_RANK,
                "It ended first; what other ranks print is its consequence.",
                "torchrun --log-dir logs --redirects 3 ...");
    }

    private static void killed(LogDraft draft, String who) {
        draft.title(who + " killed by the system (SIGKILL)");
        draft.detail(
                "The process could not say why. It is the kernel when the host's memory is short, a container's or a batch system's limit, or somebody's kill -9.");
        draft.advise(
                Action.REDUCE_HOST_MEMORY,
                "If memory was short: fewer DataLoader workers, a smaller cache, a higher limit. The kernel's log says whether it was.",
                "dmesg -T | grep -i -E 'killed process|out of memory'   # SLURM: sacct -j JOB --format=State,MaxRSS");
    }

    /** Torch 2.13's DDP crashes while it is built where DETAIL meets gloo: seen in each of seven runs. */
    private void crashed(LogDraft draft, String who) {
        boolean detail = view.of("dist.debug_set").stream()
                        .anyMatch(message -> message.field("level").equals("DETAIL"))
                && view.of("dist.ddp_init").isEmpty();
        if (detail) {
            draft.title(who + " ended by SIGSEGV, as TORCH_DISTRIBUTED_DEBUG=DETAIL makes it with gloo");
            draft.detail(
                    "torch 2.13's DDP crashes while it is built when DETAIL meets gloo. INFO prints the same parameter names.");
            draft.advise(
                    Action.SET_ENVIRONMENT,
                    "It gives the names, and does not crash.",
                    "export TORCH_DISTRIBUTED_DEBUG=INFO");
            return;
        }
        draft.title(who + " ended by SIGSEGV");
        draft.detail("Native code crashed."
                + (view.of("tb.fatal_py").isEmpty() ? "" : " Python's own traceback of it was printed here."));
        askForItsStack(draft);
    }

    private void aborted(LogDraft draft, String who) {
        List<LogMessage> left = view.of(THREAD_LEFT);
        draft.title(who + " ended by SIGABRT");
        if (left.isEmpty()) {
            draft.detail(
                    "The process aborted itself: NCCL's watchdog, a failed C++ exception or an assertion; what it said stands above.");
            askForItsStack(draft);
        } else {
            draft.detail(left.get(0).guide().means());
            draft.advise(Action.KNOWN_FIX, left.get(0).guide().fix(), "torch.distributed.destroy_process_group()");
        }
    }

    private static void askForItsStack(LogDraft draft) {
        draft.advise(
                Action.FIX_THE_EXCEPTION,
                "Run again with Python's own handler, which prints the stack of a crash.",
                "export PYTHONFAULTHANDLER=1");
    }
}
