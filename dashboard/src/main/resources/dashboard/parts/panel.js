/** A panel in each of its states; it keeps its shape while it loads and when it fails. */
import {html, nothing} from 'lit';
import {clock} from '../core/format.js';
import {t} from '../core/words.js';

/**
 * @param {Loaded} loaded what it shows
 * @param {function(*): TemplateResult} body of the data
 */
export function panel(title, loaded, body, {id = '', head = nothing, kind = ''} = {}) {
  return html`<section class="panel ${kind}" id=${id || nothing} aria-busy=${loaded.loading && !loaded.data}>
    ${title ? html`<div class="panel-head"><h2>${title}</h2>${head}</div>` : nothing} ${states(loaded, body)}
  </section>`;
}

/** What it holds, or why it holds nothing. */
export function states(loaded, body) {
  return html`${loaded.error ? problem(loaded) : nothing}
  ${loaded.stale ? asOf(loaded) : nothing}
  ${loaded.data ? body(loaded.data) : loaded.error ? nothing : html`<div class="skeleton" role="status">${t('loading')}</div>`}`;
}

function asOf(loaded) {
  const time = new Date(loaded.atMillis);
  return html`<p class="stale">${t('stale')} <time datetime=${time.toISOString()}>${clock(time)}</time></p>`;
}

function problem(loaded) {
  const error = loaded.error;
  if (error.status === 401) {
    return nothing;
  }
  const text = error.status === 0 ? t('error.reach') : error.status === 404 ? t('error.notfound') : error.message;
  return html`<div class="problem" role="alert"><span>${text}</span>
    <button @click=${() => loaded.load()}>${t('retry')}</button></div>`;
}
