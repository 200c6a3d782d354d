/**
 * The gradient map: modules and parameters by ranks. The names that are in view are elements, their marks are on one canvas, so ten thousand
 * parameters on 64 ranks scroll as ten do.
 */
import {html, nothing} from 'lit';
import {get, jobPath} from '../core/api.js';
import {count, ranges} from '../core/format.js';
import {Loaded} from '../core/loaded.js';
import {setParams} from '../core/route.js';
import {t} from '../core/words.js';
import {Part} from './element.js';
import {draw, MARKS, palette} from './marks.js';
import {states} from './panel.js';
import {foldable, rowsOf, treeOf, troubled} from './tree.js';
import './mark.js';
import './parameter.js';

const ROW = 24;
const MOST = 20_000;
const MARGIN = 6;
const MOST_HEIGHT = 480;

class GradientMap extends Part {
  static properties = {job: {}, models: {}, filter: {}, mark: {}, version: {}, open: {state: true}, at: {state: true}, top: {state: true}, chosen: {state: true}};

  #parameters = new Loaded(this, () => (this.job ? this.#ask() : null), 3000);
  #roots = [];
  #rows = [];
  #frame = 0;
  #sizes = new ResizeObserver(() => this.#draw());
  #redraw = () => this.#draw();

  constructor() {
    super();
    this.models = [];
    this.filter = '';
    this.mark = '';
    this.top = 0;
    this.at = 0;
    this.open = null;
    this.chosen = null;
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('gw-theme', this.#redraw);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('gw-theme', this.#redraw);
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.#redraw);
    this.#sizes.disconnect();
  }

  async #ask() {
    const data = await get(jobPath(this.job, 'parameters'), {form: 'marks', limit: MOST});
    this.#roots = treeOf(data.parameters, this.models);
    this.open ??= troubled(this.#roots);
    return data;
  }

  willUpdate(changed) {
    if (changed.has('job') && changed.get('job')) {
      this.open = null;
      this.chosen = null;
      this.#parameters.restart();
    } else if (changed.has('version') && changed.get('version') !== undefined) {
      this.#parameters.soon();
    }
    const letters = this.mark ? new Set(Object.keys(MARKS).filter((letter) => MARKS[letter] === this.mark)) : null;
    this.#rows = rowsOf(this.#roots, this.open ?? new Set(), this.filter, letters);
    this.at = Math.min(this.at, Math.max(0, this.#rows.length - 1));
  }

  updated() {
    const viewport = this.querySelector('.map-view');
    if (viewport) {
      this.#sizes.observe(viewport);
    }
    this.#draw();
  }

  render() {
    return html`<section class="panel map" id="map">
      <div class="panel-head"><h2>${t('map.title')}</h2>${this.#controls()}</div>
      ${this.#parameters.error?.status === 404
        ? html`<p class="empty">${t('map.unavailable')}</p>`
        : states(this.#parameters, (data) => this.#map(data))}
      ${this.chosen ? html`<gw-parameter .job=${this.job} .parameter=${this.chosen} .version=${this.version}
        @gw-close=${() => this.#close()}></gw-parameter>` : nothing}
    </section>`;
  }

  #controls() {
    return html`<input type="search" aria-label=${t('map.filter')} placeholder=${t('map.filter')} .value=${this.filter}
        @input=${(e) => setParams({filter: e.target.value})}>
      <select aria-label=${t('map.marks')} @change=${(e) => setParams({mark: e.target.value}, true)}>
        <option value="">${t('map.marks')}: ${t('map.all')}</option>
        ${Object.values(MARKS).map((mark) => html`<option value=${mark} ?selected=${mark === this.mark}>${t(`mark.${mark}`)}</option>`)}
      </select>
      <button @click=${() => (this.open = foldable(this.#roots))}>${t('map.expand')}</button>
      <button @click=${() => (this.open = new Set())}>${t('map.fold')}</button>`;
  }

  #map(data) {
    if (!this.#rows.length) {
      return html`<p class="empty">${t('map.none')}</p>`;
    }
    const first = Math.max(0, Math.floor(this.top / ROW) - MARGIN);
    const last = Math.min(this.#rows.length, Math.ceil((this.top + this.#height()) / ROW) + MARGIN);
    const spoken = [];
    for (let i = first; i < last; i++) {
      spoken.push(this.#row(this.#rows[i], i, data.ranks));
    }
    return html`<p class="unseen" id="map-keys">${t('map.keys')}</p>
      <div class="map-ranks mono" aria-hidden="true">${data.ranks.length > 1 ? `rank ${ranges(data.ranks)}` : `rank ${data.ranks[0] ?? ''}`}</div>
      <div class="map-view" .style=${`height:${Math.min(MOST_HEIGHT, this.#rows.length * ROW + 2)}px`} tabindex="0" role="tree" aria-label=${t('map.title')} aria-describedby="map-keys"
        aria-activedescendant=${`map-row-${this.at}`} @scroll=${(e) => (this.top = e.target.scrollTop)} @keydown=${(e) => this.#key(e)}>
        <svg class="map-space" width="1" height=${this.#rows.length * ROW} aria-hidden="true"></svg>
        <div class="map-rows">${spoken}</div>
        <canvas aria-hidden="true"></canvas>
      </div>
      ${this.#legend()}
      ${data.parameters.length < data.total
        ? html`<p class="quiet">${t('map.cut', {n: count(data.parameters.length), total: count(data.total)})}</p>`
        : nothing}`;
  }

  #legend() {
    return html`<ul class="legend">${Object.entries(MARKS).map(([letter, mark]) => html`<li><gw-mark .letter=${letter}></gw-mark> ${t(`mark.${mark}`)}</li>`)}</ul>`;
  }

  #height() {
    return this.querySelector('.map-view')?.clientHeight ?? 480;
  }

  #row({node, level}, i, ranks) {
    const folds = !node.parameter;
    const open = folds && (this.filter !== '' || this.mark !== '' || this.open.has(node.key));
    return html`<div class="map-row ${i === this.at ? 'at' : ''} ${node.trouble ? 'trouble' : ''}" id=${`map-row-${i}`} role="treeitem" .style=${`top:${i * ROW}px`}
      aria-level=${level + 1} aria-expanded=${folds ? String(open) : nothing} aria-selected=${i === this.at ? 'true' : 'false'}
      aria-label=${this.#spoken(node, ranks)} title=${node.path} @click=${() => this.#click(i)}>
      <span class="map-name" .style=${`padding-left:${level * 14}px`}><span class="twist" aria-hidden="true">${folds ? (open ? '▾' : '▸') : ''}</span>${node.name}</span>
      <span class="map-tensors quiet" aria-hidden="true">${folds ? node.tensors : ''}</span></div>`;
  }

  /** In words: which marks, on which ranks. */
  #spoken(node, ranks) {
    const by = new Map();
    [...node.marks].forEach((letter, i) => by.set(letter, [...(by.get(letter) ?? []), ranks[i]]));
    const marks = [...by].map(([letter, on]) => `${t(`mark.${MARKS[letter]}`)}${by.size > 1 ? ` ${t('rank.some', {ranks: ranges(on)})}` : ''}`);
    return `${node.path || node.name}, ${node.parameter ? '' : `${node.tensors} ${t('map.tensors')}, `}${marks.join('; ')}`;
  }

  #click(i) {
    this.at = i;
    const {node} = this.#rows[i];
    if (node.parameter) {
      this.chosen = node.parameter;
    } else {
      this.#fold(node, !this.open.has(node.key));
    }
  }

  #fold(node, open) {
    const next = new Set(this.open);
    if (open) {
      next.add(node.key);
    } else {
      next.delete(node.key);
    }
    this.open = next;
  }

  #key(event) {
    const row = this.#rows[this.at];
    const page = Math.floor(this.#height() / ROW);
    const moves = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.#rows.length, End: this.#rows.length};
    if (event.key in moves) {
      this.#moveTo(this.at + moves[event.key]);
    } else if (event.key === 'ArrowRight' && row && !row.node.parameter) {
      if (this.open.has(row.node.key)) {
        this.#moveTo(this.at + 1);
      } else {
        this.#fold(row.node, true);
      }
    } else if (event.key === 'ArrowLeft' && row) {
      if (!row.node.parameter && this.open.has(row.node.key)) {
        this.#fold(row.node, false);
      } else {
        let up = this.at;
        while (up > 0 && this.#rows[up].level >= row.level) {
          up--;
        }
        this.#moveTo(up);
      }
    } else if ((event.key === 'Enter' || event.key === ' ') && row) {
      this.#click(this.at);
    } else if (event.key === 'Escape' && this.chosen) {
      this.#close();
    } else {
      return;
    }
    event.preventDefault();
  }

  #moveTo(at) {
    this.at = Math.max(0, Math.min(this.#rows.length - 1, at));
    const viewport = this.querySelector('.map-view');
    const y = this.at * ROW;
    if (y < viewport.scrollTop) {
      viewport.scrollTop = y;
    } else if (y + ROW > viewport.scrollTop + viewport.clientHeight) {
      viewport.scrollTop = y + ROW - viewport.clientHeight;
    }
  }

  #close() {
    this.chosen = null;
    this.querySelector('.map-view')?.focus();
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow() {
    const canvas = this.querySelector('.map-view canvas');
    const viewport = this.querySelector('.map-view');
    if (!canvas || !this.#rows.length) {
      return;
    }
    const ranks = this.#rows[0].node.marks.length;
    const width = Math.floor(Math.min(viewport.clientWidth * 0.55, Math.max(1, ranks) * 18));
    const height = viewport.clientHeight;
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      this.style.setProperty('--marks-width', `${width}px`);
    }
    const context = canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const colours = palette(this);
    const cell = Math.min(18, width / Math.max(1, ranks));
    const size = Math.min(cell, 16);
    for (let i = Math.floor(this.top / ROW); i < this.#rows.length && i * ROW < this.top + height; i++) {
      const y = i * ROW - this.top + (ROW - size) / 2;
      const marks = this.#rows[i].node.marks;
      for (let rank = 0; rank < ranks; rank++) {
        draw(context, marks[rank], rank * cell, y, size, colours);
      }
    }
  }
}

customElements.define('gw-map', GradientMap);
