/**
 * What a DJL trainer's passes used. DJL is reached by method handles, found once in the class loader of the trainer, so the agent is compiled against no
 * version of it. Fed by {@link dev.gradwatch.agent.Probe}; tells {@code agent.report}. Never changes a tensor, a parameter or a list of the host's.
 */
@NullMarked
package dev.gradwatch.agent.djl;

import org.jspecify.annotations.NullMarked;
