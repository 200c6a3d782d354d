/** What NVIDIA's driver says of this machine's GPUs. */
@NullMarked
package dev.gradwatch.collector.source.gpu;

import org.jspecify.annotations.NullMarked;
