/**
 * Brings alerts to people's chats and other HTTP receivers, each channel in its own form and within its own limits. Fed by the alerts' history in the
 * store; never computes a finding, never delays one.
 */
@NullMarked
package dev.gradwatch.collector.sink.webhook;

import org.jspecify.annotations.NullMarked;
