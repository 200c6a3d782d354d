/**
 * The collector that stays, put together: what was examined becomes alerts, rows of the store and answers of the API. Reads no socket and draws no
 * conclusion itself.
 */
@NullMarked
package dev.gradwatch.collector.cli.sidecar;

import org.jspecify.annotations.NullMarked;
