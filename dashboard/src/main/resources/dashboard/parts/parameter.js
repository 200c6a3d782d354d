/** What is known of one parameter, on each rank. */
import {html, nothing} from 'lit';
import {get, jobPath} from '../core/api.js';
import {count, three} from '../core/format.js';
import {Loaded} from '../core/loaded.js';
import {t} from '../core/words.js';
import {Part} from './element.js';
import {states} from './panel.js';

const MOST_RANKS = 16;

class Parameter extends Part {
  static properties = {job: {}, parameter: {}, version: {}};

  #known = new Loaded(this, () => (this.parameter ? this.#ask() : null), 2000);

  async #ask() {
    const {name, model} = this.parameter;
    const page = await get(jobPath(this.job, 'parameters'), {text: name, model, limit: 1000});
    const found = page.parameters.find((parameter) => parameter.name === name);
    return found ? {ranks: page.ranks, ...found} : {ranks: page.ranks, ...this.parameter, aliases: [], shape: [], marks: []};
  }

  willUpdate(changed) {
    if (changed.has('parameter') && changed.get('parameter')) {
      this.#known.restart();
    } else if (changed.has('version') && changed.get('version') !== undefined) {
      this.#known.soon();
    }
  }

  render() {
    return html`<aside class="parameter" aria-label=${this.parameter.name}>
      <h3 class="mono">${this.parameter.name}</h3>
      <button class="close" aria-label="✕" @click=${() => this.dispatchEvent(new Event('gw-close'))}>✕</button>
      ${states(this.#known, (known) => this.#body(known))}
    </aside>`;
  }

  #body(known) {
    const shown = known.marks.slice(0, MOST_RANKS);
    return html`
      ${known.aliases.length ? html`<p>${t('map.aliases')} <span class="mono">${known.aliases.join(', ')}</span></p>` : nothing}
      <p class="quiet">${t('map.shape')} <span class="mono">[${known.shape.join(', ')}] ${known.dtype ?? ''}</span></p>
      <ul>${shown.map((mark, i) => html`<li><span class="mono">rank ${known.ranks[i]}</span> ${t(`mark.${mark}`)},
        ${t('map.used', {used: count(known.used[i]), watched: count(known.watched[i])})}${known.last_norm[i] === null
          ? nothing
          : html`, ${t('map.norm', {last: three(known.last_norm[i]), max: three(known.max_norm[i])})}`}</li>`)}
        ${known.marks.length > MOST_RANKS ? html`<li class="quiet">${t('finding.more', {n: known.marks.length - MOST_RANKS})}</li>` : nothing}
      </ul>`;
  }
}

customElements.define('gw-parameter', Parameter);
