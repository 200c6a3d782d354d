/** Figures over steps: charts that share one axis and one cursor. The chart library comes when there is something to draw. */
import {html, nothing} from 'lit';
import {getSame, jobPath} from '../core/api.js';
import {bytes, count, duration, three} from '../core/format.js';
import {Loaded} from '../core/loaded.js';
import {language, t} from '../core/words.js';
import {Part} from './element.js';
import {states} from './panel.js';

const LOGARITHMIC = new Set(['gradient_norm']);
const UNITS = {step_time_seconds: duration, gpu_memory_used_bytes: bytes};
/** Those of one rank alone are on the page of GPUs. */
const OF_RANK = /\/rank\.\d+$/;
const CHART_HEIGHT = 130;
const GAP = 40;

const number = (value) => (typeof value === 'number' ? value : null);

class Series extends Part {
  static properties = {job: {}, version: {}, findings: {}};

  #series = new Loaded(this, () => (this.job ? getSame(jobPath(this.job, 'steps'), {points: 400}) : null), 5000);
  #chart = null;
  #charts = null;
  #drawn = [];
  #sizes = new ResizeObserver(() => this.#chart?.resize());
  #redraw = () => this.#draw();

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('gw-theme', this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('gw-theme', this.#redraw);
    this.#sizes.disconnect();
    this.#chart?.dispose();
    this.#chart = null;
    this.#drawn = [];
  }

  willUpdate(changed) {
    if (changed.has('job') && changed.get('job')) {
      this.#series.restart();
    } else if (changed.has('version') && changed.get('version') !== undefined) {
      this.#series.soon();
    }
  }

  /** A chart takes tens of milliseconds to draw, and an event of the job alone changes nothing in it. */
  updated() {
    const of = [this.#series.data, this.findings, language(), this.querySelector('.chart')];
    if (of.some((part, i) => part !== this.#drawn[i])) {
      this.#drawn = of;
      this.#draw();
    }
  }

  #shown() {
    return (this.#series.data?.series ?? []).filter((series) => series.points.length && !OF_RANK.test(series.name));
  }

  render() {
    return html`<section class="panel series"><div class="panel-head"><h2>${t('series.title')}</h2></div>
      ${states(this.#series, () => {
        const shown = this.#shown();
        return shown.length
          ? html`<div class="chart" aria-hidden="true" .style=${`height:${shown.length * (CHART_HEIGHT + GAP) + GAP}px`}></div>
            <details><summary>${t('series.table')}</summary>${this.#table(shown)}</details>`
          : html`<p class="empty">${t('series.none')}</p>`;
      })}</section>`;
  }

  #table(shown) {
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${t('series.table')}><table class="rows"><thead><tr><th scope="col">${t('series.title')}</th>
      <th scope="col" class="number">${t('series.last')}</th><th scope="col" class="number">${t('series.min')}</th><th scope="col" class="number">${t('series.max')}</th></tr></thead>
      <tbody>${shown.map((series) => {
        const unit = UNITS[series.name] ?? three;
        const points = series.points;
        return html`<tr><th scope="row">${named(series.name)}</th><td class="number">${unit(points[points.length - 1].mean)}</td>
          <td class="number">${unit(Math.min(...points.map((point) => number(point.min) ?? Infinity)))}</td>
          <td class="number">${unit(Math.max(...points.map((point) => number(point.max) ?? -Infinity)))}</td></tr>`;
      })}</tbody></table></div>`;
  }

  async #draw() {
    const place = this.querySelector('.chart');
    if (!place) {
      this.#chart?.dispose();
      this.#chart = null;
      return;
    }
    this.#charts ??= await import('echarts');
    if (!this.isConnected || !place.isConnected) {
      return;
    }
    if (this.#chart?.getDom() !== place) {
      this.#chart?.dispose();
      this.#chart = this.#charts.init(place, null, {renderer: 'canvas'});
      this.#sizes.observe(place);
    }
    this.#chart.resize();
    this.#chart.setOption(options(this.#shown(), this.findings ?? [], getComputedStyle(this)), true);
  }
}

/** A series' name in the page's language; of one of several models with its name. */
function named(name) {
  const [series, ...of] = name.split('/');
  return [t(`series.${series}`), ...of].join(' · ');
}

function options(shown, findings, style) {
  const of = (name) => style.getPropertyValue(name).trim();
  const text = of('--quiet');
  const step = (series, point) => point.step;
  const marks = [...new Set(findings.filter((finding) => finding.parameters.length).map((finding) => finding.evidence.first_step))];
  return {
    animation: false,
    textStyle: {fontFamily: of('--font'), color: text},
    axisPointer: {link: [{xAxisIndex: 'all'}], lineStyle: {color: text}},
    // As text on the canvas: the page's policy lets no style stand in HTML.
    tooltip: {trigger: 'axis', renderMode: 'richText', backgroundColor: of('--raised'), borderColor: of('--line'), textStyle: {color: of('--text'), fontSize: 12}},
    grid: shown.map((series, i) => ({left: 70, right: 16, top: GAP + i * (CHART_HEIGHT + GAP), height: CHART_HEIGHT - GAP / 2})),
    title: shown.map((series, i) => ({text: named(series.name), left: 8, top: 12 + i * (CHART_HEIGHT + GAP), textStyle: {fontSize: 12, fontWeight: 600, color: of('--text')}})),
    xAxis: shown.map((series, i) => ({type: 'value', gridIndex: i, min: 'dataMin', max: 'dataMax', axisLabel: {show: i === shown.length - 1, color: text, formatter: count},
      splitLine: {show: false}, axisLine: {lineStyle: {color: of('--line')}}})),
    yAxis: shown.map((series, i) => ({type: LOGARITHMIC.has(series.name.split('/')[0]) ? 'log' : 'value', gridIndex: i, scale: true, splitNumber: 2,
      axisLabel: {color: text, formatter: UNITS[series.name] ?? three}, splitLine: {lineStyle: {color: of('--line')}}})),
    series: shown.map((series, i) => ({type: 'line', name: named(series.name), xAxisIndex: i, yAxisIndex: i, showSymbol: series.points.length < 3, symbolSize: 5,
      lineStyle: {width: 1.5, color: of('--accent')}, itemStyle: {color: of('--accent')},
      tooltip: {valueFormatter: UNITS[series.name] ?? three},
      data: series.points.map((point) => [step(series, point), number(point.mean)]),
      markLine: marks.length ? {silent: true, symbol: 'none', label: {show: false}, lineStyle: {color: of('--warning'), type: 'dashed'}, data: marks.map((at) => ({xAxis: at}))} : undefined})),
  };
}

customElements.define('gw-series', Series);
