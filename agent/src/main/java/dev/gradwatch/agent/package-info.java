/**
 * The Java agent for JVM trainers: {@code java -javaagent:gradwatch-agent.jar ...}. {@link dev.gradwatch.agent.AgentMain} is what the JVM starts,
 * {@link dev.gradwatch.agent.Probe} what instrumented classes call. Both live in somebody else's process: nothing here throws, blocks the training thread,
 * or keeps the JVM alive.
 */
@NullMarked
package dev.gradwatch.agent;

import org.jspecify.annotations.NullMarked;
