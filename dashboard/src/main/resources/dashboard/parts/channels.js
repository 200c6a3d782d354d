/** Whether alerts arrive in people's chats: a line while they do, and a panel with the reason where they do not. */
import {html, nothing} from 'lit';
import {get} from '../core/api.js';
import {clock, count} from '../core/format.js';
import {Listening} from '../core/live.js';
import {Loaded} from '../core/loaded.js';
import {t} from '../core/words.js';
import {Part} from './element.js';
import {states} from './panel.js';
import {severityIcon} from './severity.js';

const EVERY_MILLIS = 10_000;

class Channels extends Part {
  #channels = new Loaded(this, () => get('api/channels'), 2000);
  #timer = 0;

  constructor() {
    super();
    new Listening(this, {alert: () => this.#channels.soon()});
  }

  connectedCallback() {
    super.connectedCallback();
    // A server that fails is no alert, so no event tells of it.
    this.#timer = setInterval(() => document.hidden || this.#channels.load(), EVERY_MILLIS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    const known = this.#channels.data || this.#channels.error;
    return known ? states(this.#channels, (data) => this.#body(data.channels)) : nothing;
  }

  #body(channels) {
    if (!channels.length) {
      return nothing;
    }
    const troubled = channels.filter((channel) => channel.last_error !== null || channel.failed > 0);
    if (!troubled.length) {
      return html`<p class="channels quiet">${fine(channels)}</p>`;
    }
    return html`<section class="panel channels"><h2>${t('channels.title')}</h2>
      <ul class="alerts">${troubled.map(trouble)}</ul>
      ${troubled.length < channels.length
        ? html`<p class="quiet">${fine(channels.filter((channel) => !troubled.includes(channel)))}</p>`
        : nothing}
    </section>`;
  }
}

/** What waits here waits for quiet hours or a digest, or for a moment. */
function fine(channels) {
  const waiting = channels.reduce((sum, channel) => sum + channel.waiting, 0);
  const names = channels.map((channel) => channel.name).join(', ');
  return waiting
    ? t('channels.waiting', {n: count(waiting), names})
    : t(channels.length === 1 ? 'channels.fine.one' : 'channels.fine', {n: count(channels.length), names});
}

function trouble(channel) {
  return html`<li>
    ${channel.last_error === null
      ? nothing
      : html`<p class="alert-line">${severityIcon('error')}<span class="alert-title">${t('channel.trouble', {name: channel.name, why: channel.last_error})}</span></p>`}
    ${channel.failed
      ? html`<p class="alert-line">${severityIcon('warning')}<span>${t('channel.failed', {name: channel.name, n: count(channel.failed), why: channel.failed_reason})}</span></p>`
      : nothing}
    <p class="quiet">${[
      `${channel.kind} ${channel.url}`,
      channel.pending_since ? t('channel.pending', {n: count(channel.waiting), time: clock(channel.pending_since)}) : null,
      channel.retries ? t('channel.retries', {n: count(channel.retries)}) : null,
    ].filter(Boolean).join(' · ')}</p>
  </li>`;
}

customElements.define('gw-channels', Channels);
