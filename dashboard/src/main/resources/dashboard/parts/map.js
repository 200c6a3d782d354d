/**
 * The gradient map: modules and parameters by ranks, or over steps. The names that are in view are elements, their marks are on one canvas, so ten thousand
 * parameters on 64 ranks scroll as ten do: scrolling makes rows only where none are, and an answer that is the one of before makes nothing.
 */
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {count} from '../core/format.js';
import {Loaded} from '../core/loaded.js';
import {setParams} from '../core/route.js';
import {t} from '../core/words.js';
import {Part} from './element.js';
import {MapData} from './mapdata.js';
import {header, legend, line, over, spoken} from './mapwords.js';
import {MARKS} from './marks.js';
import {states} from './panel.js';
import {Plot, ROW} from './plot.js';
import {foldable, rowsOf, troubled} from './tree.js';
import './parameter.js';

const MARGIN = 12;
const MOST_HEIGHT = 480;
const GAP_MILLIS = 3000;

class GradientMap extends Part {
  static properties = {job: {}, models: {}, ranks: {}, over: {}, rank: {}, model: {}, filter: {}, mark: {},
    open: {state: true}, at: {state: true}, column: {state: true}, chosen: {state: true}};

  #data = new MapData();
  #known = new Loaded(this, () => (this.job ? this.#ask() : null), GAP_MILLIS);
  #plot = new Plot(this);
  #rows = [];
  #rowsOf = [];
  #top = 0;
  #version = null;
  #made = {first: 0, last: 0};
  #dark = matchMedia('(prefers-color-scheme: dark)');
  #recolour = () => this.#plot.recolour();

  constructor() {
    super();
    this.models = [];
    this.ranks = [];
    this.over = 'ranks';
    this.rank = 'all';
    this.model = 0;
    this.filter = '';
    this.mark = '';
    this.at = 0;
    this.column = null;
    this.open = null;
    this.chosen = null;
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('gw-theme', this.#recolour);
    this.#dark.addEventListener('change', this.#recolour);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('gw-theme', this.#recolour);
    this.#dark.removeEventListener('change', this.#recolour);
    this.#plot.off();
  }

  async #ask() {
    const {job, models, over: of, rank, model} = this;
    const data = await this.#data.load({job, models, over: of, rank, model});
    this.open ??= troubled(data.roots);
    return data;
  }

  /** Grows with each thing that happens to the job, which changes nothing here before the answer to it has come. */
  set version(version) {
    if (this.#version !== null && version !== this.#version) {
      this.#known.soon();
    }
    this.#version = version;
  }

  get version() {
    return this.#version;
  }

  willUpdate(changed) {
    const other = (name) => changed.has(name) && changed.get(name) !== undefined;
    if (other('job')) {
      this.open = null;
      this.chosen = null;
      this.#known.restart();
    } else if (other('over') || other('rank') || other('model')) {
      this.column = null;
      this.#known.load();
    }
    const of = [this.#known.data?.roots, this.open, this.filter, this.mark];
    if (of.some((part, i) => part !== this.#rowsOf[i])) {
      this.#rowsOf = of;
      const letters = this.mark ? new Set(Object.keys(MARKS).filter((letter) => MARKS[letter] === this.mark)) : null;
      this.#rows = rowsOf(of[0] ?? [], this.open ?? new Set(), this.filter, letters);
    }
    this.at = Math.min(this.at, Math.max(0, this.#rows.length - 1));
  }

  updated() {
    this.#plot.on(this.querySelector('.map-view'));
    this.#plot.draw();
  }

  /** For the plot. */
  shown() {
    const data = this.#known.data;
    return {rows: this.#rows, columns: this.#columns(data), top: this.#top, at: data?.over === 'steps' ? this.column : null};
  }

  #columns(data) {
    return data ? (data.over === 'steps' ? data.columns.length : data.ranks.length) : 0;
  }

  render() {
    return html`<section class="panel map" id="map">
      <div class="panel-head"><h2>${t('map.title')}</h2>${over(this)}${this.#controls()}</div>
      ${this.#known.error?.status === 404 ? html`<p class="empty">${t('map.unavailable')}</p>` : states(this.#known, (data) => this.#map(data))}
      ${this.chosen ? html`<gw-parameter .job=${this.job} .parameter=${this.chosen} .version=${this.version}
        @gw-close=${() => this.#close()}></gw-parameter>` : nothing}
    </section>`;
  }

  #controls() {
    return html`<input type="search" aria-label=${t('map.filter')} placeholder=${t('map.filter')} .value=${this.filter}
        @input=${(e) => setParams({filter: e.target.value})}>
      <select class="map-mark" aria-label=${t('map.marks')} @change=${(e) => setParams({mark: e.target.value}, true)}>
        <option value="">${t('map.marks')}: ${t('map.all')}</option>
        ${Object.values(MARKS).map((mark) => html`<option value=${mark} ?selected=${mark === this.mark}>${t(`mark.${mark}`)}</option>`)}
      </select>
      <button @click=${() => (this.open = foldable(this.#known.data?.roots ?? []))}>${t('map.expand')}</button>
      <button @click=${() => (this.open = new Set())}>${t('map.fold')}</button>`;
  }

  #map(data) {
    if (data.over === 'steps' && !data.columns.length) {
      return html`<p class="empty">${t('map.unwatched')}</p>`;
    }
    if (!this.#rows.length) {
      return html`<p class="empty">${t('map.none')}</p>`;
    }
    const height = this.#height();
    const top = Math.min(this.#top, this.#rows.length * ROW - height);
    const first = Math.max(0, Math.floor(top / ROW) - MARGIN);
    const last = Math.min(this.#rows.length, Math.ceil((top + height) / ROW) + MARGIN);
    this.#made = {first, last};
    const indices = Array.from({length: Math.max(0, last - first)}, (_, i) => first + i);
    return html`<p class="unseen" id="map-keys">${t('map.keys')}</p>${header(data)}
      <div class="map-view" .style=${`height:${height + 2}px`} tabindex="0" role="tree" aria-label=${t('map.title')} aria-describedby="map-keys"
        aria-activedescendant=${`map-row-${this.at}`} @scroll=${(e) => this.#scrolled(e.target.scrollTop)} @keydown=${(e) => this.#key(e)}
        @mousemove=${(e) => this.#point(e)}>
        <svg class="map-space" width="1" height=${this.#rows.length * ROW} aria-hidden="true"></svg>
        <div class="map-rows">${repeat(indices, (i) => this.#rows[i].node.key, (i) => this.#row(this.#rows[i], i, data))}</div>
        <canvas aria-hidden="true"></canvas>
      </div>
      ${line(data, this.column, this.#rows[this.at])} ${legend()}
      ${data.shown < data.total ? html`<p class="quiet">${t('map.cut', {n: count(data.shown), total: count(data.total)})}</p>` : nothing}`;
  }

  #height() {
    return Math.min(MOST_HEIGHT, this.#rows.length * ROW);
  }

  #row({node, level}, i, data) {
    const folds = !node.parameter;
    const open = folds && (this.filter !== '' || this.mark !== '' || this.open.has(node.key));
    return html`<div class="map-row ${i === this.at ? 'at' : ''} ${node.trouble ? 'trouble' : ''}" id=${`map-row-${i}`} role="treeitem" .style=${`top:${i * ROW}px`}
      aria-level=${level + 1} aria-expanded=${folds ? String(open) : nothing} aria-selected=${i === this.at ? 'true' : 'false'}
      aria-label=${spoken(node, data)} title=${node.path} @click=${() => this.#click(i)}>
      <span class="map-name" .style=${`--level:${level}`}><span class="twist" aria-hidden="true">${folds ? (open ? '▾' : '▸') : ''}</span>${node.name}</span>
      <span class="map-tensors quiet" aria-hidden="true">${folds ? node.tensors : ''}</span></div>`;
  }

  /** The marks are drawn again; the names only where some come into view that are not there. */
  #scrolled(top) {
    this.#top = top;
    this.#plot.draw();
    const lastSeen = Math.min(this.#rows.length, Math.ceil((top + this.#height()) / ROW));
    if (Math.floor(top / ROW) < this.#made.first || lastSeen > this.#made.last) {
      this.requestUpdate();
    }
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

  #point(event) {
    if (this.#known.data?.over !== 'steps') {
      return;
    }
    const {column, row} = this.#plot.at(event, this.#top);
    if (column !== null && row < this.#rows.length && column < this.#columns(this.#known.data)) {
      this.column = column;
      this.at = row;
    }
  }

  #key(event) {
    const row = this.#rows[this.at];
    const page = Math.floor(this.#height() / ROW);
    const moves = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.#rows.length, End: this.#rows.length};
    const sideways = {',': -1, '.': 1, ...(event.shiftKey ? {ArrowLeft: -1, ArrowRight: 1} : {})};
    if (this.#known.data?.over === 'steps' && event.key in sideways) {
      const last = this.#columns(this.#known.data) - 1;
      this.column = this.column === null ? (sideways[event.key] > 0 ? 0 : last) : Math.max(0, Math.min(last, this.column + sideways[event.key]));
    } else if (event.key in moves) {
      this.#moveTo(this.at + moves[event.key]);
    } else if (event.key === 'ArrowRight' && row && !row.node.parameter) {
      if (this.open.has(row.node.key)) {
        this.#moveTo(this.at + 1);
      } else {
        this.#fold(row.node, true);
      }
    } else if (event.key === 'ArrowLeft' && row) {
      this.#leave(row);
    } else if ((event.key === 'Enter' || event.key === ' ') && row) {
      this.#click(this.at);
    } else if (event.key === 'Escape' && this.chosen) {
      this.#close();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Folds a row that is open, or goes up from one that is not. */
  #leave(row) {
    if (!row.node.parameter && this.open.has(row.node.key)) {
      this.#fold(row.node, false);
      return;
    }
    let up = this.at;
    while (up > 0 && this.#rows[up].level >= row.level) {
      up--;
    }
    this.#moveTo(up);
  }

  #moveTo(at) {
    this.at = Math.max(0, Math.min(this.#rows.length - 1, at));
    const view = this.querySelector('.map-view');
    const y = this.at * ROW;
    if (y < this.#top) {
      view.scrollTop = y;
    } else if (y + ROW > this.#top + this.#height()) {
      view.scrollTop = y + ROW - this.#height();
    }
  }

  #close() {
    this.chosen = null;
    this.querySelector('.map-view')?.focus();
  }
}

customElements.define('gw-map', GradientMap);
