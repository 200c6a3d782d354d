/** A GPU as it is now: what it does, and whose its memory is. */
import {html, nothing} from 'lit';
import {bytes, celsius, NONE, percent, watts} from '../core/format.js';
import {hrefOf} from '../core/route.js';
import {t} from '../core/words.js';
import {bar, swatch} from './bar.js';
import {severityIcon} from './severity.js';

const MOST_NAMED = 8;
const COLOURS = 8;
/** The clocks of a GPU that has nothing to do are low too. */
const USUAL = new Set(['gpu_idle', 'application_clocks', 'display_clocks']);

/** @param {{idle_percent: number, saturated_percent: number, full_percent: number}} thresholds */
export function gpuCard(gpu, thresholds) {
  const name = t('gpus.device', {n: gpu.index});
  const held = (gpu.throttle_reasons ?? []).filter((why) => !USUAL.has(why));
  return html`<article class="gpu" aria-label=${`${gpu.host} ${name}`}>
    <h3>${name} <span class="quiet">${gpu.name}${gpu.mig ? ` · MIG ${gpu.mig.gpu_instance}/${gpu.mig.compute_instance}` : ''}</span></h3>
    ${gpu.state === 'ok' ? nothing : html`<p class="gpu-state">${severityIcon(gpu.state === 'lost' ? 'error' : 'warning')} ${t(`gpus.state.${gpu.state}`)}</p>`}
    <dl class="figures">
      <div><dt>${t('gpus.use')}</dt><dd>${use(gpu, thresholds)}</dd></div>
      <div><dt>${t('gpus.temperature')}</dt><dd class="number">${celsius(gpu.temperature_celsius)}</dd></div>
      <div><dt>${t('gpus.power')}</dt><dd class="number">${watts(gpu.power_watts)}${gpu.power_limit_watts === null ? nothing
        : html` <span class="quiet">${t('gpus.limit', {limit: watts(gpu.power_limit_watts)})}</span>`}</dd></div>
    </dl>
    ${memory(gpu, thresholds)}
    ${held.length ? html`<p class="quiet">${t('gpus.throttle', {why: held.join(', ')})}</p>` : nothing}
    <p class="quiet mono uuid">${gpu.uuid}</p>
  </article>`;
}

function use(gpu, thresholds) {
  const busy = gpu.utilization.gpu_percent;
  const said = percent(busy);
  return html`<span class="number">${said}</span>${busy === null ? nothing : bar([{share: busy / 100, kind: 'line-1'}],
    [thresholds.idle_percent / 100, thresholds.saturated_percent / 100],
    `${said}; ${t('gpus.busy.bounds', {idle: percent(thresholds.idle_percent), saturated: percent(thresholds.saturated_percent)})}`)}`;
}

function memory(gpu, thresholds) {
  const {total_bytes: total, used_bytes: used} = gpu.memory;
  const parts = partsOf(gpu);
  const said = used === null && total === null ? NONE : t('gpus.used', {used: bytes(used), total: bytes(total)});
  const words = parts.map((part) => `${part.name} ${bytes(part.bytes)}`).join(', ');
  return html`<div class="memory"><p><span>${t('gpus.memory')}</span> <span class="number">${said}</span></p>
    ${total ? bar(parts.filter((part) => part.kind !== 'free').map((part) => ({share: (part.bytes ?? 0) / total, kind: part.kind})), [thresholds.full_percent / 100],
      `${t('gpus.memory')} ${said}: ${words}; ${t('gpus.full.bound', {full: percent(thresholds.full_percent)})}`) : nothing}
    <ul class="legend">${parts.map((part) => html`<li>${swatch(part.kind)} ${part.href ? html`<a href=${part.href}>${part.name}</a>` : html`<span>${part.name}</span>`}
      <span class="number">${bytes(part.bytes)}</span></li>`)}
      ${gpu.processes.length > MOST_NAMED ? html`<li>${t('gpus.more', {n: gpu.processes.length - MOST_NAMED})}</li>` : nothing}
      ${gpu.processes.length ? nothing : html`<li>${t('gpus.nobody')}</li>`}</ul></div>`;
}

/** Whose the memory is, in the order in which it is drawn: the ranks, other processes, what nobody told, the driver's, what is free. */
function partsOf(gpu) {
  const {total_bytes: total, used_bytes: used, reserved_bytes: reserved} = gpu.memory;
  const ranked = (process) => (process.rank === null ? Infinity : process.rank);
  const named = [...gpu.processes].sort((a, b) => ranked(a) - ranked(b) || (b.used_bytes ?? 0) - (a.used_bytes ?? 0)).slice(0, MOST_NAMED);
  const parts = named.map((process) => ({
    name: process.rank === null ? `${process.name ?? 'pid'} ${process.pid}` : t('gpus.rank.of', {n: process.rank, job: process.job}),
    href: process.job === null ? null : hrefOf('jobs', process.job),
    bytes: process.used_bytes,
    kind: process.rank === null ? 'other' : `line-${(process.rank % COLOURS) + 1}`,
  }));
  if (used !== null) {
    const rest = used - named.reduce((sum, process) => sum + (process.used_bytes ?? 0), 0);
    if (rest > 0) {
      parts.push({name: t('gpus.others'), bytes: rest, kind: 'rest'});
    }
    if (reserved) {
      parts.push({name: t('gpus.reserved'), bytes: reserved, kind: 'reserved'});
    }
    if (total) {
      parts.push({name: t('gpus.free'), bytes: Math.max(0, total - used - (reserved ?? 0)), kind: 'free'});
    }
  }
  return parts;
}
