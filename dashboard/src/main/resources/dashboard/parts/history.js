/** The GPUs of a job's ranks over time, with the thresholds that alert drawn in. */
import {html, nothing} from 'lit';
import {guard} from 'lit/directives/guard.js';
import {get, jobPath} from '../core/api.js';
import {bytes, celsius, count, percent, timeOfDay, watts} from '../core/format.js';
import {Loaded} from '../core/loaded.js';
import {setParams} from '../core/route.js';
import {language, t} from '../core/words.js';
import {dash} from './bar.js';
import {Part} from './element.js';
import {DASHES, finite, MOST_LINES, toneOf} from './options.js';
import {states} from './panel.js';
import './chart.js';

/** How often the collector completes a point. */
const EVERY_MILLIS = 10_000;
const POINTS = 300;
const MINUTE = 60_000;
const RANGES = {'10m': 10 * MINUTE, '1h': 60 * MINUTE, '24h': 1440 * MINUTE, all: 0};
const USUAL = '1h';
const UNITS = {gpu_percent: percent, gpu_memory_used_bytes: bytes, gpu_temperature_celsius: celsius, gpu_power_watts: watts};

/** `gpus` and `thresholds` are those of the API; the job, the rank and the time are the address's. */
class History extends Part {
  static properties = {params: {}, gpus: {}, thresholds: {}};

  #series = new Loaded(this, () => this.#ask());
  #timer = 0;
  #asked = '';

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || this.#series.load(), EVERY_MILLIS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  #jobs() {
    const wanted = this.params.get('job');
    const jobs = this.gpus.flatMap((gpu) => gpu.processes.map((process) => process.job)).filter((job) => job !== null);
    return [...new Set(wanted ? [...jobs, wanted] : jobs)].sort();
  }

  get #job() {
    return this.params.get('job') ?? this.#jobs()[0] ?? null;
  }

  get #range() {
    const wanted = this.params.get('time');
    return wanted in RANGES ? wanted : USUAL;
  }

  #ask() {
    const job = this.#job;
    const span = RANGES[this.#range];
    this.#asked = `${job}\n${this.#range}`;
    return job ? get(jobPath(job, 'steps'), {series: Object.keys(UNITS).join(','), points: POINTS, from: span ? new Date(Date.now() - span).toISOString() : null}) : null;
  }

  updated() {
    if (this.#asked !== `${this.#job}\n${this.#range}`) {
      this.#series.restart();
    }
  }

  render() {
    const jobs = this.#jobs();
    return html`<section class="panel history"><div class="panel-head"><h2>${t('history.title')}</h2>${jobs.length ? this.#choices(jobs) : nothing}</div>
      ${jobs.length ? states(this.#series, (data) => this.#drawn(data.series)) : html`<p class="empty">${t('history.nobody')}</p>`}</section>`;
  }

  #choices(jobs) {
    const ranks = this.#ranks(this.#series.data?.series ?? []);
    return html`${this.#choice('job', jobs.map((job) => [job, job]), this.#job)}
      ${this.#choice('time', Object.keys(RANGES).map((range) => [range, t(`history.${range}`)]), this.#range, 'range')}
      ${ranks.length > 1 ? this.#choice('rank', [['', t('history.ranks')], ...ranks.map((rank) => [String(rank), t('gpus.rank', {n: rank})])], this.params.get('rank') ?? '') : nothing}`;
  }

  #choice(param, options, chosen, word = param) {
    return html`<label>${t(`history.${word}`)} <select @change=${(e) => setParams({[param]: e.target.value, ...(param === 'job' ? {rank: null} : {})}, true)}>
      ${options.map(([value, name]) => html`<option value=${value} ?selected=${value === chosen}>${name}</option>`)}</select></label>`;
  }

  #ranks(series) {
    return [...new Set(series.map(({name}) => /\/rank\.(\d+)$/.exec(name)?.[1]).filter(Boolean).map(Number))].sort((a, b) => a - b);
  }

  #drawn(series) {
    const ranks = this.#ranks(series);
    const wanted = this.params.get('rank');
    // Of more ranks than can be told apart the mean is drawn, with the least and the most around it.
    const shown = wanted !== null && ranks.includes(Number(wanted)) ? [Number(wanted)] : ranks.length <= MOST_LINES ? ranks : [];
    const figures = Object.keys(UNITS).map((name) => this.#figure(name, series, shown)).filter((figure) => figure.lines.some((line) => line.points.length));
    if (!figures.length) {
      return html`<p class="empty">${t('history.none')}</p>`;
    }
    const bounds = figures.flatMap((figure) => figure.bounds.map((bound) => `${figure.name} ${bound.name}`));
    const said = figures.flatMap((figure) => [...figure.lines, ...figure.bounds].map((one) => one.name)).join();
    return html`${guard([this.#series.data, language(), said], () => html`<gw-chart .figures=${figures} .axis=${axisOf(figures)}></gw-chart>`)}
      <ul class="legend">${figures[0].lines.map((line, n) => html`<li>${dash(toneOf(line, n) + 1, DASHES[n % DASHES.length])} <span>${line.name}</span></li>`)}</ul>
      ${bounds.length ? html`<p class="quiet">${t('history.bounds', {bounds: bounds.join('; ')})}</p>` : nothing}
      <details><summary>${t('series.table')}</summary>${table(figures)}</details>`;
  }

  #figure(name, series, shown) {
    const points = (one) => (one?.points ?? []).map((point) => [Date.parse(point.time), finite(point.mean)]);
    const of = (one) => series.find((each) => each.name === one);
    const whole = of(name);
    const lines = shown.length ? shown.map((rank) => ({name: this.#rankName(rank), tone: rank, points: points(of(`${name}/rank.${rank}`))}))
      : [{name: this.#meanName(this.#ranks(series).length), points: points(whole)}];
    const alone = shown.length === 1 ? of(`${name}/rank.${shown[0]}`) : shown.length ? null : whole;
    const band = alone?.points.map((point) => [Date.parse(point.time), finite(point.min), finite(point.max)]);
    return {name: t(`series.${name}`), unit: UNITS[name], logarithmic: false, ofBytes: UNITS[name] === bytes, lines, band, ...this.#scale(name)};
  }

  /** Of more ranks than have series of their own, it is not known here how many they are. */
  #meanName(ranks) {
    return ranks ? t('history.mean', {n: count(ranks)}) : t('history.mean.all');
  }

  #rankName(rank) {
    const gpu = this.gpus.find((each) => each.processes.some((process) => process.job === this.#job && process.rank === rank));
    return gpu ? `${t('gpus.rank', {n: rank})} · ${gpu.host} ${t('gpus.device', {n: gpu.index})}` : t('gpus.rank', {n: rank});
  }

  /** The ends of a figure's axis, so that its thresholds are on it. */
  #scale(name) {
    const {idle_percent: idle, saturated_percent: saturated, full_percent: full} = this.thresholds;
    if (name === 'gpu_percent') {
      return {least: 0, most: 100, bounds: [{at: idle, name: t('history.idle', {n: percent(idle)})}, {at: saturated, name: t('history.saturated', {n: percent(saturated)})}]};
    }
    const totals = name === 'gpu_memory_used_bytes' ? [...new Set(this.gpus.filter((gpu) => gpu.processes.some((process) => process.job === this.#job)).map((gpu) => gpu.memory.total_bytes).filter(Boolean))] : [];
    return {least: name === 'gpu_memory_used_bytes' ? 0 : null, most: totals.length ? Math.max(...totals) : null,
      bounds: totals.map((total) => ({at: (total * full) / 100, name: t('history.full', {n: bytes((total * full) / 100)})}))};
  }
}

function axisOf(figures) {
  const times = figures.flatMap((figure) => figure.lines.flatMap((line) => line.points.map(([at]) => at)));
  const first = Math.min(...times);
  const last = Math.max(Math.max(...times), first + EVERY_MILLIS);
  const days = last - first > RANGES['24h'] / 2;
  return {kind: 'time', first, last, format: (at) => timeOfDay(Number(at), days)};
}

function table(figures) {
  const values = (line) => line.points.map(([, value]) => value).filter((value) => value !== null);
  const rows = figures.flatMap((figure) => figure.lines.map((line) => ({figure, line, values: values(line)}))).filter((row) => row.values.length);
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${t('series.table')}><table class="rows"><thead><tr><th scope="col">${t('history.title')}</th><th scope="col">${t('history.rank')}</th>
    <th scope="col" class="number">${t('series.last')}</th><th scope="col" class="number">${t('series.min')}</th><th scope="col" class="number">${t('series.max')}</th></tr></thead>
    <tbody>${rows.map(({figure: {name, unit}, line, values: all}) => html`<tr><th scope="row">${name}</th><td>${line.name}</td><td class="number">${unit(all[all.length - 1])}</td>
      <td class="number">${unit(Math.min(...all))}</td><td class="number">${unit(Math.max(...all))}</td></tr>`)}</tbody></table></div>`;
}

customElements.define('gw-history', History);
