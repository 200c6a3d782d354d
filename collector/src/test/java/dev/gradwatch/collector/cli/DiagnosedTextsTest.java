package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Action;
import dev.gradwatch.collector.model.Advice;
import dev.gradwatch.collector.model.Cause;
import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.Severity;
import dev.gradwatch.collector.source.log.SignatureFile;
import dev.gradwatch.collector.source.log.Signatures;
import dev.gradwatch.collector.words.Translated;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Findings of texts that need a GPU, a cluster or a week to come about; the texts are the catalogue's. */
class DiagnosedTextsTest {
    private static Signatures signatures;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() throws IOException {
        signatures = SignatureFile.bundled();
    }

    @Test
    void ncclTimeout_namesTheRankThatDidNotWait() throws IOException {
        StringBuilder log = new StringBuilder(
                "[rank0]:[I1122 03:07:37.113672891 logger.cpp:223] [Rank 0]: DDP Initialized with: \nworld_size: 4\n\n");
        for (int rank : new int[] {0, 1, 3}) {
            log.append("[rank")
                    .append(rank)
                    .append(
                            "]:[E1122 04:07:37.937411935 ProcessGroupNCCL.cpp:616] [PG ID 0 PG GUID 0(default_pg) Rank ")
                    .append(rank)
                    .append(
                            "] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1234, OpType=ALLREDUCE, NumelIn=1, NumelOut=1, Timeout(ms)=600000) ran for 600025 milliseconds before timing out.\n");
        }

        assertThat(only(log.toString())).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.COLLECTIVE_TIMEOUT);
            assertThat(finding.title())
                    .isEqualTo("rank 2 did not come to ALLREDUCE 1234, and ranks 0,1,3 gave up waiting after 600 s");
            assertThat(finding.ranks()).containsExactly(2);
            assertThat(actions(finding.avoid())).containsExactly(Action.RAISE_TIMEOUT);
        });
    }

    @Test
    void ncclTimeout_afterAnException_isItsConsequence() throws IOException {
        String log = """
                [rank1]: Traceback (most recent call last):
                [rank1]:   File "/home/user/job/train.py", line 88, in load
                [rank1]: FileNotFoundError: case_0042.nii.gz
                [rank0]:[E1122 04:07:37.937411935 ProcessGroupNCCL.cpp:616] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=7, OpType=ALLREDUCE, NumelIn=1, NumelOut=1, Timeout(ms)=600000) ran for 600025 milliseconds before timing out.
                [rank0]:[E1122 04:07:37.937411935 ProcessGroupNCCL.cpp:616] [Rank 0] To avoid data inconsistency, we are taking the entire process down.
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.RANK_FAILED);
            assertThat(finding.title()).isEqualTo("FileNotFoundError: case_0042.nii.gz, on rank 1");
            assertThat(finding.detail()).contains("train.py:88, in load").contains("Rank 0 then waited in vain");
        });
    }

    @Test
    void cudaOutOfMemory_withAnotherProcessOnTheGpu_saysPlacementFirst() throws IOException {
        String log = """
                [rank1]: Traceback (most recent call last):
                [rank1]:   File "/home/user/job/train.py", line 12, in <module>
                [rank1]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of which 1.50 GiB is free. Process 4711 has 40.00 GiB memory in use. Including non-PyTorch memory, this process has 37.60 GiB memory in use. Of the allocated memory 36.00 GiB is allocated by PyTorch, and 512.00 MiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.OUT_OF_MEMORY);
            assertThat(finding.title())
                    .contains("GPU 0 ran out of memory")
                    .contains("2.00 GiB more")
                    .contains("1.50 GiB were free");
            assertThat(finding.detail()).contains("4711, holds 40.00 GiB").contains("train.py:12");
            assertThat(actions(finding.advice())).containsExactly(Action.ONE_RANK_PER_GPU, Action.REDUCE_GPU_MEMORY);
            assertThat(actions(finding.avoid())).containsExactly(Action.SET_ALLOCATOR_OPTIONS);
        });
    }

    @Test
    void cudaOutOfMemory_ofFragmentedMemory_namesTheOption() throws IOException {
        String log =
                "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB. GPU 3 has a total capacty of 10.00 GiB of which 0 bytes is free."
                        + " Including non-PyTorch memory, this process has 9.60 GiB memory in use. Of the allocated memory 5.00 GiB is allocated by PyTorch, and 4.00 GiB is"
                        + " reserved by PyTorch but unallocated.\n";

        assertThat(actions(only(log).advice())).containsExactly(Action.REDUCE_GPU_MEMORY, Action.SET_ALLOCATOR_OPTIONS);
    }

    @Test
    void deviceAssert_isTheKernelsConditionAndNotPythonsLine() throws IOException {
        String log = """
                ../aten/src/ATen/native/cuda/NLLLoss2d.cu:108: nll_loss2d_forward_kernel: block: [0,0,0], thread: [32,0,0] Assertion `t >= 0 && t < n_classes` failed.
                ../aten/src/ATen/native/cuda/NLLLoss2d.cu:108: nll_loss2d_forward_kernel: block: [0,0,0], thread: [33,0,0] Assertion `t >= 0 && t < n_classes` failed.
                [rank0]: Traceback (most recent call last):
                [rank0]:   File "/home/user/job/train.py", line 40, in <module>
                [rank0]: RuntimeError: CUDA error: device-side assert triggered
                [rank0]: CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.CUDA_ERROR);
            assertThat(finding.title()).contains("t >= 0 && t < n_classes");
            assertThat(actions(finding.advice())).startsWith(Action.CHECK_LABELS_AND_INDICES);
        });
    }

    @Test
    void illegalAccess_thatTheWatchdogReports_isNoTimeout() throws IOException {
        String log = """
                [rank2]:[E1122 04:07:37.937411935 ProcessGroupNCCL.cpp:1895] [PG ID 0 PG GUID 0(default_pg) Rank 2] Process group watchdog thread terminated with exception: CUDA error: an illegal memory access was encountered
                CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.CUDA_ERROR);
            assertThat(finding.title()).startsWith("CUDA error: an illegal memory access was encountered");
            assertThat(finding.detail()).contains("NCCL's watchdog only reports it");
        });
    }

    @Test
    void spawnedProcess_isTheRank() throws IOException {
        String log = """
                Traceback (most recent call last):
                  File "/home/user/venv/bin/nnUNetv2_train", line 8, in <module>
                    sys.exit(run_training_entry())
                torch.multiprocessing.spawn.ProcessRaisedException:

                -- Process 1 terminated with the following error:
                Traceback (most recent call last):
                  File "/home/user/venv/lib/python3.11/site-packages/torch/multiprocessing/spawn.py", line 90, in _wrap
                    fn(i, *args)
                  File "/home/user/job/nnunetv2/run/run_training.py", line 128, in run_ddp
                    nnunet_trainer.run_training()
                ValueError: patch size [8, 8] is too small
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.title()).isEqualTo("ValueError: patch size [8, 8] is too small, on rank 1");
            assertThat(finding.detail()).contains("run_training.py:128, in run_ddp");
        });
    }

    @Test
    void killedByTheAgentItself_isNoLackOfMemory() throws IOException {
        String log = """
                [rank0]: Traceback (most recent call last):
                [rank0]:   File "train.py", line 3, in <module>
                [rank0]: ValueError: no
                W1122 03:10:31.171000 15950 torch/distributed/elastic/multiprocessing/api.py:1028] Sending process 15957 closing signal SIGTERM
                W1122 03:11:01.171000 15950 torch/distributed/elastic/multiprocessing/api.py:1047] Unable to shutdown process 15957 via Signals.SIGTERM, forcefully exiting via Signals.SIGKILL
                torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\s
                ============================================================
                train.py FAILED
                ------------------------------------------------------------
                Failures:
                [1]:
                  time      : 2026-11-22_03:10:31
                  host      : localhost
                  rank      : 1 (local_rank: 1)
                  exitcode  : -9 (pid: 15957)  (SIGKILL)
                  error_file: <N/A>
                  traceback : Signal 9 (SIGKILL) received by PID 15957
                ------------------------------------------------------------
                Root Cause (first observed failure):
                [0]:
                  time      : 2026-11-22_03:10:31
                  host      : localhost
                  rank      : 0 (local_rank: 0)
                  exitcode  : 1 (pid: 15956)\s
                  error_file: <N/A>
                  traceback : To enable traceback see: https://pytorch.org/docs/stable/elastic/errors.html
                ============================================================
                """;

        assertThat(only(log).title()).isEqualTo("ValueError: no, on rank 0");
    }

    @Test
    void environmentOfNnunet_isNamed() throws IOException {
        String old =
                "nnUNet_raw is not defined and nnU-Net can only be used on data for which preprocessed files are already present on your system.\n";
        String raised = """
                Traceback (most recent call last):
                  File "/home/user/job/x.py", line 3, in <module>
                RuntimeError: nnUNet_results is not defined. nnU-Net cannot be used for training or inference. If this is not intended behavior,  Please read documentation/setting_up_paths.md for information on how to set this up.
                """;

        assertThat(findings(old)).as("inference does without it").isEmpty();
        assertThat(only(raised)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.MISSING_ENVIRONMENT);
            assertThat(finding.title()).isEqualTo("the environment variable nnUNet_results is not set");
            assertThat(finding.advice().get(0).snippet()).startsWith("export nnUNet_results=");
        });
    }

    @Test
    void startedWithoutALauncher_saysTorchrun() throws IOException {
        String log = """
                Traceback (most recent call last):
                  File "/home/user/job/train.py", line 3, in <module>
                ValueError: Error initializing torch.distributed using env:// rendezvous: environment variable RANK expected, but not set
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.MISSING_ENVIRONMENT);
            assertThat(actions(finding.advice())).containsExactly(Action.START_BY_TORCHRUN);
        });
    }

    @Test
    void datasetCheck_namesTheFile() throws IOException {
        String log = """
                Error: Unexpected labels found in file /data/labelsTr/case_007.nii.gz.
                Expected: [0, 1, 2]
                Found: [0 1 2 7]
                Traceback (most recent call last):
                  File "/home/user/job/verify.py", line 3, in <module>
                RuntimeError: Some segmentation images contained unexpected labels. Please check text output above to see which one(s).
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.DATASET_ERROR);
            assertThat(finding.detail()).contains("/data/labelsTr/case_007.nii.gz");
        });
    }

    @Test
    void pseudoDice_thatFalls_isAWarning() throws IOException {
        StringBuilder log = new StringBuilder();
        for (int epoch = 0; epoch < 40; epoch++) {
            epoch(log, epoch, -0.5, -0.45, epoch < 30 ? Math.min(0.8, epoch * 0.1) : 0.31);
        }

        assertThat(only(log.toString())).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.METRIC_JUMP);
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            assertThat(finding.title()).isEqualTo("pseudo Dice fell from 0.80 to 0.31 in epoch 30");
        });
    }

    @Test
    void validationLoss_thatLeavesTheTrainingLoss_isAWarning() throws IOException {
        StringBuilder log = new StringBuilder();
        for (int epoch = 0; epoch < 60; epoch++) {
            epoch(
                    log,
                    epoch,
                    -0.1 - epoch * 0.014,
                    epoch < 20 ? -0.1 - epoch * 0.014 : -0.38 + (epoch - 20) * 0.008,
                    0.7);
        }

        assertThat(only(log.toString())).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.OVERFIT_GAP);
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        });
    }

    @Test
    void ordinaryTraining_hasNoFinding() throws IOException {
        StringBuilder log = new StringBuilder();
        for (int epoch = 0; epoch < 300; epoch++) {
            // Fast at the start, noisy by some hundredths, and the usual gap at the end.
            double progress = 1 - Math.exp(-epoch / 40.0);
            epoch(log, epoch, 0.2 - progress, 0.2 - 0.85 * progress, 0.85 * progress + 0.03 * Math.sin(epoch * 1.7));
        }

        assertThat(findings(log.toString())).isEmpty();
    }

    @Test
    void exceptionThatWasCaughtAndLogged_isNone() throws IOException {
        StringBuilder log = new StringBuilder("""
                2026-11-22 03:07:32,123 - ERROR - could not upload
                Traceback (most recent call last):
                  File "/home/user/job/tracker.py", line 3, in upload
                    send()
                ConnectionError: tracker.example: no route
                """);
        for (int step = 0; step < 200; step++) {
            log.append("step ").append(step).append(" loss 0.3\n");
        }

        assertThat(findings(log.toString())).isEmpty();
    }

    @Test
    void exceptionAtTheEnd_isTheEnd() throws IOException {
        StringBuilder log = new StringBuilder();
        for (int step = 0; step < 200; step++) {
            log.append("step ").append(step).append(" loss 0.3\n");
        }
        log.append("""
                Traceback (most recent call last):
                  File "/home/user/job/train.py", line 31, in <module>
                    main()
                  File "/home/user/venv/lib/python3.11/site-packages/yaml/reader.py", line 9, in peek
                    raise
                yaml.reader.ReaderError: unacceptable character
                """);

        assertThat(only(log.toString())).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.RANK_FAILED);
            assertThat(finding.title()).isEqualTo("yaml.reader.ReaderError: unacceptable character");
            assertThat(finding.detail()).contains("train.py:31");
        });
    }

    @Test
    void interruptedByTheKeyboard_isNoTrouble() throws IOException {
        assertThat(findings("""
                Traceback (most recent call last):
                  File "/home/user/job/train.py", line 31, in <module>
                    main()
                KeyboardInterrupt
                """)).isEmpty();
    }

    @Test
    void lightningsRewrite_namesLightningsFlag() throws IOException {
        String log = """
                [rank0]: Traceback (most recent call last):
                [rank0]:   File "/home/user/venv/lib/python3.11/site-packages/lightning/pytorch/trainer/call.py", line 49, in _call_and_handle_interrupt
                [rank0]: RuntimeError: It looks like your LightningModule has parameters that were not used in producing the loss returned by training_step. If this is intentional, you must enable the detection of unused parameters in DDP, either by setting the string value `strategy='ddp_find_unused_parameters_true'` or by setting the flag in the strategy with `strategy=DDPStrategy(find_unused_parameters=True)`.
                """;

        assertThat(only(log)).satisfies(finding -> {
            assertThat(finding.cause()).isEqualTo(Cause.UNUSED_PARAMETERS);
            assertThat(finding.title()).startsWith("some parameters got no gradient");
            assertThat(finding.advice())
                    .anySatisfy(advice -> assertThat(advice.snippet()).contains("ddp_find_unused_parameters_true"));
        });
    }

    @Test
    void portInUse_isToldOfTorch_andNotOfAnyServer() throws IOException {
        String other =
                "web server: bind: Address already in use, trying the next port\n".repeat(3) + "step 1\n".repeat(600);
        String torch = """
                Traceback (most recent call last):
                  File "/home/user/job/train.py", line 4, in <module>
                torch.distributed.DistNetworkError: The server socket has failed to listen on any local network address. port: 29500, useIpv6: false, code: -98, name: EADDRINUSE, message: address already in use
                """;

        assertThat(findings(other)).isEmpty();
        assertThat(only(torch).cause()).isEqualTo(Cause.KNOWN_MESSAGE);
    }

    private static void epoch(StringBuilder log, int number, double train, double validation, double dice) {
        String stamp = String.format(Locale.ROOT, "2026-11-22 %02d:%02d:07.123456: ", number / 60, number % 60);
        log.append(stamp).append(" \n");
        log.append(stamp).append("Epoch ").append(number).append(" \n");
        log.append(stamp).append("Current learning rate: 0.00999 \n");
        log.append(stamp).append(String.format(Locale.ROOT, "train_loss %.4f \n", train));
        log.append(stamp).append(String.format(Locale.ROOT, "val_loss %.4f \n", validation));
        log.append(stamp)
                .append(String.format(Locale.ROOT, "Pseudo dice [np.float32(%.4f), np.float32(%.4f)] \n", dice, dice));
        log.append(stamp).append("Epoch time: 61.5 s \n");
    }

    private static List<Action> actions(List<Advice> advice) {
        return advice.stream().map(Advice::action).toList();
    }

    private Finding only(String log) throws IOException {
        List<Finding> findings = findings(log);
        assertThat(findings)
                .as("%s", findings.stream().map(Finding::title).toList())
                .hasSize(1);
        return findings.get(0);
    }

    private List<Finding> findings(String log) throws IOException {
        Path file = Files.writeString(folder.resolve("train.log"), log);
        Diagnosis diagnosis = new Diagnosis(signatures, Progress.onTerminal(new PrintWriter(new StringWriter(), true)));
        diagnosis.read(List.of(file.toString()));
        return Translated.whole(diagnosis.report().findings());
    }
}
