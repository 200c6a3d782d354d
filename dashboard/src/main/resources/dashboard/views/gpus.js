/** GPUs by machine, and whose memory it is; where there is none, why. */
import {html, nothing} from 'lit';
import {get} from '../core/api.js';
import {bytes, NONE, percent, three} from '../core/format.js';
import {Loaded} from '../core/loaded.js';
import {hrefOf} from '../core/route.js';
import {t} from '../core/words.js';
import {Part} from '../parts/element.js';
import {states} from '../parts/panel.js';

const EVERY_MILLIS = 2000;

class Gpus extends Part {
  static properties = {route: {}};

  #gpus = new Loaded(this, () => get('api/gpus'));
  #timer = 0;

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || this.#gpus.load(), EVERY_MILLIS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    return html`<h1 tabindex="-1">${t('gpus.title')}</h1> ${states(this.#gpus, (data) => this.#body(data))}`;
  }

  #body(data) {
    const hosts = new Map();
    data.gpus.forEach((gpu) => hosts.set(gpu.host, [...(hosts.get(gpu.host) ?? []), gpu]));
    return html`${data.hint ? html`<section class="panel"><h2 class="answer">${t('gpus.none')}</h2><p>${data.hint}</p></section>` : nothing}
      ${[...hosts].map(([host, gpus]) => html`<section class="panel"><div class="panel-head"><h2 class="mono">${host}</h2>
        <span class="quiet">${data.driver ? `driver ${data.driver}` : ''}</span></div>
        <div class="scroll" tabindex="0" role="group" aria-label=${host}><table class="rows gpus"><thead><tr><th scope="col" class="number">#</th><th scope="col">${t('gpus.title')}</th>
        <th scope="col">${t('gpus.use')}</th><th scope="col">${t('gpus.memory')}</th><th scope="col" class="number">${t('gpus.temperature')}</th><th scope="col" class="number">${t('gpus.power')}</th>
        <th scope="col">${t('gpus.processes')}</th></tr></thead><tbody>${gpus.map((gpu) => this.#row(gpu))}</tbody></table></div></section>`)}`;
  }

  #row(gpu) {
    const {total_bytes: total, used_bytes: used} = gpu.memory;
    const busy = gpu.utilization.gpu_percent;
    return html`<tr><th scope="row" class="number">${gpu.index}</th>
      <td>${gpu.name}<br><span class="quiet mono">${gpu.uuid}</span>${gpu.state && gpu.state !== 'ok' ? html` <span class="state failed">${gpu.state}</span>` : nothing}</td>
      <td><span class="number">${percent(busy)}</span>${busy === null ? nothing : html`<meter min="0" max="100" value=${busy} aria-label=${t('gpus.use')}></meter>`}</td>
      <td><span class="number">${bytes(used)} / ${bytes(total)}</span>${total ? html`<meter min="0" max=${total} high=${total * 0.95} optimum="0" value=${used} aria-label=${t('gpus.memory')}></meter>` : nothing}</td>
      <td class="number">${gpu.temperature_celsius === null ? NONE : `${gpu.temperature_celsius} °C`}</td>
      <td class="number">${gpu.power_watts === null ? NONE : `${three(gpu.power_watts)} W`}</td>
      <td>${gpu.processes.length ? html`<ul class="processes">${gpu.processes.map((process) => this.#process(process))}</ul>` : html`<span class="quiet">${t('gpus.nobody')}</span>`}</td></tr>`;
  }

  #process(process) {
    return html`<li><span class="mono">${process.pid}</span> ${process.job
      ? html`<a href=${hrefOf('jobs', process.job)}>${process.rank === null ? process.job : `rank ${process.rank}`}</a>` : nothing}
      ${process.name ?? ''} <span class="number">${bytes(process.used_bytes)}</span></li>`;
  }
}

customElements.define('gw-gpus', Gpus);
