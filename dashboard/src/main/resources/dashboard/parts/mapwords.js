/** The gradient map in words: for who hears it, and for the line below it. */
import {html, nothing} from 'lit';
import {count, ranges} from '../core/format.js';
import {setParams} from '../core/route.js';
import {language, t} from '../core/words.js';
import {MARKS} from './marks.js';
import './mark.js';

/** Said of marks before, by the data they are of and the language; there are few kinds of rows. */
let said = new Map();
let saidOf = null;

/** Which marks, on which ranks or in how many columns. */
function spokenMarks(marks, data) {
  const of = `${language()} ${marks}`;
  if (saidOf !== data) {
    saidOf = data;
    said = new Map();
  }
  if (!said.has(of)) {
    const by = new Map();
    [...marks].forEach((letter, i) => {
      if (!by.has(letter)) {
        by.set(letter, []);
      }
      by.get(letter).push(i);
    });
    const where = (at) => (data.over === 'steps' ? t('map.columns', {n: at.length, of: marks.length}) : t('rank.some', {ranks: ranges(at.map((i) => data.ranks[i]))}));
    said.set(of, [...by].map(([letter, at]) => `${t(`mark.${MARKS[letter]}`)}${by.size > 1 ? ` ${where(at)}` : ''}`).join('; '));
  }
  return said.get(of);
}

/** A row. */
export const spoken = (node, data) =>
  `${node.path || node.name}, ${node.parameter ? '' : `${node.tensors} ${t('map.tensors')}, `}${spokenMarks(node.marks, data)}`;

/** `passes 120–129: 10 watched`. */
export function columnWords({first, last, watched}) {
  const passes = first === last ? t('map.pass', {n: count(first)}) : t('map.passes', {first: count(first), last: count(last)});
  return `${passes}: ${watched === null ? t('map.counted') : t('map.watched', {n: count(watched)})}`;
}

/** Above the marks: which ranks, or which passes, they are of. */
export function header(data) {
  if (data.over === 'ranks') {
    const {ranks} = data;
    return html`<div class="map-ranks mono" aria-hidden="true">${ranks.length > 1 ? `rank ${ranges(ranks)}` : `rank ${ranks[0] ?? ''}`}</div>`;
  }
  const {columns} = data;
  const shown = columns.length > 2 ? [columns[0], columns[columns.length >> 1], columns[columns.length - 1]] : columns;
  return html`<div class="map-passes mono" aria-hidden="true"><span class="quiet">${t('map.pass.head')}</span>
    <span class="map-scale">${shown.map((column) => html`<span>${count(column.first)}</span>`)}</span></div>`;
}

/** Below the marks: what the column at the cursor is. */
export function line(data, at, row) {
  if (data.over === 'ranks') {
    return nothing;
  }
  const column = data.columns[at];
  return html`<p class="map-line" aria-live="polite">${column
    ? html`${columnWords(column)}${row ? html` · <span class="mono">${row.node.path || row.node.name}</span>: ${t(`mark.${MARKS[row.node.marks[at]]}`)}` : nothing}`
    : html`<span class="quiet">${t('map.point')}</span>`}</p>
    ${data.folded ? html`<p class="quiet">${t('map.folded', {first: count(data.folded.first), last: count(data.folded.last)})}</p>` : nothing}`;
}

export const legend = () =>
  html`<ul class="legend">${Object.entries(MARKS).map(([letter, mark]) => html`<li><gw-mark .letter=${letter}></gw-mark> ${t(`mark.${mark}`)}</li>`)}</ul>`;

/** By rank or over steps; and over steps of which rank, and of which model. */
export function over({over, rank, model, ranks, models}) {
  const button = (id) => html`<button aria-pressed=${over === id} @click=${() => setParams({map: id === 'ranks' ? null : id}, true)}>${t(`map.over.${id}`)}</button>`;
  return html`<span class="choice" role="group" aria-label=${t('map.over')}>${button('ranks')}${button('steps')}</span>
    ${over === 'steps'
      ? html`<select class="map-rank" aria-label=${t('map.rank')} @change=${(e) => setParams({rank: e.target.value}, true)}>
          <option value="all" ?selected=${rank === 'all'}>${t('map.rank.all')}</option>
          ${ranks.map((id) => html`<option value=${id} ?selected=${String(id) === rank}>rank ${id}</option>`)}</select>
        ${models.filter(Boolean).length > 1
          ? html`<select class="map-model" aria-label=${t('map.model')} @change=${(e) => setParams({model: e.target.value}, true)}>
            ${models.map((name, id) => html`<option value=${id} ?selected=${String(id) === String(model)}>${name}</option>`)}</select>`
          : nothing}`
      : nothing}`;
}
