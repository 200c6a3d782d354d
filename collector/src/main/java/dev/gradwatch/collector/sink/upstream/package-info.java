/**
 * Tells a collector further up what this one sees: for each rank of a job a connection that says what the rank's own reporter would have said, and
 * for each job one that says what was printed here. Fed by the pipeline's tap, which it never keeps waiting: what finds no room, or no connection, is
 * left out, and the whole picture is sent later. It analyses nothing, and asks the pipeline for nothing but pictures.
 */
@NullMarked
package dev.gradwatch.collector.sink.upstream;

import org.jspecify.annotations.NullMarked;
