/**
 * Reads what training jobs print. Bytes come from {@code run}'s pipes, from files that are followed, and from finished logs; out go the messages
 * that the signatures know, as observations. It knows how a message is told and nothing of what it means for the job.
 *
 * <pre>
 * bytes ─▶ LogText ─▶ LiteralFilter: most text ends here ─▶ Recogniser ─▶ LogMessage
 *          lines      a few bytes in a thousand pass          │ Containers, Prefixes: who speaks
 *                                                             │ Draft: a message of several lines
 *                                                             └ Tracebacks
 * </pre>
 */
@NullMarked
package dev.gradwatch.collector.source.log;

import org.jspecify.annotations.NullMarked;
