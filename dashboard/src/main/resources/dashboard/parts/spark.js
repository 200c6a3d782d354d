/** What a job's GPUs did in the last ten minutes, drawn small: as the list told it, and then as it came. */
import {html, svg} from 'lit';
import {count, duration, NONE, percent} from '../core/format.js';
import {t} from '../core/words.js';

/** Values that are kept of a job. */
const MOST = 60;
/** Each value stands for this long, as the list's do; the latest one follows what comes. */
const APART_MILLIS = 10_000;
const WIDTH = 60;
const HEIGHT = 16;

/** The latest values of each job: of its GPUs' utilisation, or where nobody sees them, of its step time. Of at most as many jobs as the list has. */
export class Recent {
  #jobs = new Map();

  /** @param {number} millis of now, as `performance.now` tells it */
  take(job, millis) {
    if (job.state !== 'running') {
      this.#jobs.delete(job.id);
      return;
    }
    if (job.recent) {
      this.#jobs.set(job.id, {busy: job.recent.series === 'gpu_percent', values: job.recent.values.slice(-MOST), millis});
      return;
    }
    const busy = job.gpu_percent !== null && job.gpu_percent !== undefined;
    const value = busy ? job.gpu_percent : job.step_seconds;
    let recent = this.#jobs.get(job.id);
    if (!recent || recent.busy !== busy) {
      recent = {busy, values: [], millis: -Infinity};
      this.#jobs.set(job.id, recent);
    }
    if (value === null || value === undefined) {
      return;
    }
    if (millis - recent.millis < APART_MILLIS) {
      recent.values[recent.values.length - 1] = value;
      return;
    }
    recent.values.push(value);
    recent.millis = millis;
    if (recent.values.length > MOST) {
      recent.values.shift();
    }
  }

  /** Forgets all jobs but these. */
  keep(ids) {
    for (const id of this.#jobs.keys()) {
      if (!ids.has(id)) {
        this.#jobs.delete(id);
      }
    }
  }

  of(id) {
    return this.#jobs.get(id) ?? null;
  }
}

/** @param {?{busy: boolean, values: Array<number>}} recent */
export function spark(recent) {
  if (!recent?.values.length) {
    return NONE;
  }
  const {busy, values} = recent;
  const unit = busy ? percent : duration;
  const least = Math.min(...values);
  const most = Math.max(...values);
  const now = unit(values[values.length - 1]);
  const name = t(busy ? 'jobs.busy.gpu' : 'jobs.busy.step', {n: count(values.length), least: unit(least), most: unit(most), now});
  return html`<span class="spark"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${name}>${svg`<polyline points=${line(values, busy ? 100 : most)}></polyline>`}</svg>
    <span class="number" aria-hidden="true">${now}</span></span>`;
}

/** The newest value is at the right end. */
function line(values, top) {
  const step = WIDTH / (MOST - 1);
  const from = WIDTH - (values.length - 1) * step;
  return values.map((value, i) => `${(from + i * step).toFixed(1)},${(HEIGHT - 1 - (top > 0 ? value / top : 0) * (HEIGHT - 2)).toFixed(1)}`).join(' ');
}
