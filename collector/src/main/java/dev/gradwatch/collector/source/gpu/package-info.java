/**
 * What a machine's GPUs do, as NVIDIA's driver says by NVML. It knows how to ask and nothing of what the answers mean for a job.
 *
 * <pre>
 * GpuSampler ─▶ GpuReader ─▶ Devices ─▶ Device ─▶ Nvml ─▶ NvmlLibrary ─▶ libnvidia-ml.so.1
 * once a        states of    GPUs and   one GPU   each     loaded and
 * second        the driver   instances  │         call     initialised once
 *                                       └─▶ ProcessTable ─▶ /proc
 * </pre>
 *
 * <p>Nothing here throws for a missing or broken driver, GPU or process: that is a state with a hint, or null. No header of NVIDIA's is used in
 * building; {@code Structs} says what nvml.h lays down.
 */
@NullMarked
package dev.gradwatch.collector.source.gpu;

import org.jspecify.annotations.NullMarked;
