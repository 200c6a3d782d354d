/** A job's figures over its steps, the mean of all ranks with the least and the most around it, and its findings as marks on the axis. */
import {html, nothing} from 'lit';
import {guard} from 'lit/directives/guard.js';
import {getSame, jobPath} from '../core/api.js';
import {bytes, celsius, count, duration, percent, three, watts} from '../core/format.js';
import {Loaded} from '../core/loaded.js';
import {hrefOf} from '../core/route.js';
import {language, t} from '../core/words.js';
import {Part} from './element.js';
import {finite, SIDES} from './options.js';
import {states} from './panel.js';
import {severityIcon} from './severity.js';
import './chart.js';

const ORDER = ['step_time_seconds', 'gradient_norm', 'gpu_percent', 'gpu_memory_used_bytes', 'gpu_memory_rank_bytes', 'gpu_temperature_celsius', 'gpu_power_watts'];
const LOGARITHMIC = new Set(['gradient_norm']);
const UNITS = {step_time_seconds: duration, gpu_percent: percent, gpu_memory_used_bytes: bytes, gpu_memory_rank_bytes: bytes, gpu_temperature_celsius: celsius, gpu_power_watts: watts};

const base = (series) => series.name.split('/')[0];
const place = (series) => (ORDER.indexOf(base(series)) + ORDER.length + 1) % (ORDER.length + 1);

class Series extends Part {
  static properties = {job: {}, version: {}, findings: {}, told: {state: true}};

  #series = new Loaded(this, () => (this.job ? getSame(jobPath(this.job, 'steps'), {points: 400}) : null), 5000);

  willUpdate(changed) {
    if (changed.has('job') && changed.get('job')) {
      this.#series.restart();
    } else if (changed.has('version') && changed.get('version') !== undefined) {
      this.#series.soon();
    }
  }

  #shown() {
    return (this.#series.data?.series ?? []).filter((series) => series.points.length && !series.name.includes('/rank.')).sort((a, b) => place(a) - place(b));
  }

  render() {
    return html`<section class="panel series"><div class="panel-head"><h2>${t('series.title')}</h2></div>
      ${states(this.#series, () => {
        const shown = this.#shown();
        return shown.length ? this.#drawn(shown) : html`<p class="empty">${t('series.none')}</p>`;
      })}</section>`;
  }

  #drawn(shown) {
    const steps = shown.flatMap((series) => series.points.map((point) => point.step));
    const first = Math.min(...steps);
    const last = Math.max(...steps);
    const moments = this.#moments();
    const axis = {kind: 'value', first, last: Math.max(last, first + 1), format: (step) => t('job.step', {n: count(Math.round(step))}), marks: moments.map(([at]) => Math.max(first, at))};
    return html`${moments.length ? this.#marks(moments, axis) : nothing}
      ${guard([this.#series.data, language(), moments.map(([at]) => at).join()], () => html`<gw-chart .figures=${shown.map(figure)} .axis=${axis}></gw-chart>`)}
      <p class="quiet">${t('series.band')}</p>
      <details><summary>${t('series.table')}</summary>${this.#table(shown)}</details>`;
  }

  /** [step, findings] of those that began at a step. */
  #moments() {
    const moments = new Map();
    for (const finding of this.findings ?? []) {
      const at = finding.evidence?.first_step;
      // One step alone is where a finding of GPUs or of the log was looked at, and began at none.
      if (Number.isFinite(at) && (finding.parameters.length || finding.evidence.steps > 1)) {
        moments.set(at, [...(moments.get(at) ?? []), finding]);
      }
    }
    return [...moments].sort(([a], [b]) => a - b);
  }

  #marks(moments, axis) {
    const share = (at) => Math.min(1, Math.max(0, (at - axis.first) / (axis.last - axis.first)));
    return html`<ul class="moments" aria-label=${t('job.findings')}>${moments.map(([at, findings]) => {
      const name = `${t('job.step', {n: count(at)})}: ${findings.map((finding) => finding.title).join(' · ')}`;
      const tell = () => (this.told = name);
      const hush = () => (this.told = null);
      const left = `left:calc(${SIDES.left}px + ${share(at)} * (100% - ${SIDES.left + SIDES.right}px))`;
      return html`<li .style=${left}><a href=${hrefOf('jobs', this.job, {finding: findings[0].id})} aria-label=${name} @mouseenter=${tell} @mouseleave=${hush} @focus=${tell} @blur=${hush}
        >${severityIcon(findings[0].severity)}</a></li>`;
    })}</ul><p class="told quiet" aria-hidden="true">${this.told ?? t('series.marks')}</p>`;
  }

  #table(shown) {
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${t('series.table')}><table class="rows"><thead><tr><th scope="col">${t('series.title')}</th>
      <th scope="col" class="number">${t('series.last')}</th><th scope="col" class="number">${t('series.min')}</th><th scope="col" class="number">${t('series.max')}</th></tr></thead>
      <tbody>${shown.map((series) => {
        const unit = UNITS[base(series)] ?? three;
        const points = series.points;
        return html`<tr><th scope="row">${named(series.name)}</th><td class="number">${unit(points[points.length - 1].mean)}</td>
          <td class="number">${unit(Math.min(...points.map((point) => finite(point.min) ?? Infinity)))}</td>
          <td class="number">${unit(Math.max(...points.map((point) => finite(point.max) ?? -Infinity)))}</td></tr>`;
      })}</tbody></table></div>`;
  }
}

function figure(series) {
  return {
    name: named(series.name),
    unit: UNITS[base(series)] ?? three,
    logarithmic: LOGARITHMIC.has(base(series)),
    ofBytes: UNITS[base(series)] === bytes,
    least: base(series) === 'gpu_percent' ? 0 : null,
    most: base(series) === 'gpu_percent' ? 100 : null,
    lines: [{name: t('series.mean'), points: series.points.map((point) => [point.step, finite(point.mean)])}],
    band: series.points.map((point) => [point.step, finite(point.min), finite(point.max)]),
  };
}

/** A series' name in the page's language; of one of several models with its name. */
function named(name) {
  const [series, ...of] = name.split('/');
  return [t(`series.${series}`), ...of].join(' · ');
}

customElements.define('gw-series', Series);
