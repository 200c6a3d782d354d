/**
 * A command that runs as our child: started with our stdin, its output copied to ours byte for byte, our signals passed on, on pipes or on a
 * pseudo terminal of its own. Fed by {@code run} and {@code demo}. It knows nothing of training, and it never ends a child on its own account.
 */
@NullMarked
package dev.gradwatch.collector.cli.child;

import org.jspecify.annotations.NullMarked;
