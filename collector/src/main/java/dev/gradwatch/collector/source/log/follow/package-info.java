/**
 * Follows the log files of training jobs as {@code tail -F} does, thousands at once: finds them by globs, reads what is appended, and keeps
 * apart what only looks alike, by the identity of a file and not by its name. It hands bytes to {@link
 * dev.gradwatch.collector.source.log.follow.FollowedText}s and knows nothing of lines, torch or jobs. It never writes to a folder that it
 * follows and never locks a file.
 *
 * <p>Everything happens on one thread, in rounds:
 *
 * <pre>
 *   events of folders ─┐
 *   walks of folders ──┼─▶ FileTracker: which file is it? ─▶ ring ─▶ TurnReader ─▶ FollowedText
 *   looks that are due ┘        renamed, replaced, gone       one turn each
 *
 *                        found                    name lost                read to its end
 *   a file's life:  ──────────────▶ FOLLOWED ───────────────▶ LEAVING ───────────────▶ LEFT ──▶ forgotten
 *                                      ▲                                                │
 *                                      └────────────── somebody wrote to it ────────────┘
 * </pre>
 */
@NullMarked
package dev.gradwatch.collector.source.log.follow;

import org.jspecify.annotations.NullMarked;
