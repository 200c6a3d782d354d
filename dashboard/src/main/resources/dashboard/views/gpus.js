/** GPUs by machine, and whose memory it is; where there is none, why. Then what they did over time. */
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {get} from '../core/api.js';
import {Loaded} from '../core/loaded.js';
import {t} from '../core/words.js';
import {Part} from '../parts/element.js';
import {gpuCard} from '../parts/gpu.js';
import {states} from '../parts/panel.js';
import '../parts/history.js';

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
    return html`${data.state === 'ok' && data.gpus.length ? nothing : this.#none(data)}
      ${repeat(hosts, ([host]) => host, ([host, gpus], i) => html`<section class="panel"><div class="panel-head"><h2 class="mono">${host}</h2>
        <span class="quiet">${i === 0 && data.driver ? t('gpus.driver', {version: data.driver}) : ''}</span></div>
        <div class="gpus">${repeat(gpus, (gpu) => gpu.uuid || gpu.index, (gpu) => gpuCard(gpu, data.thresholds))}</div></section>`)}
      ${data.gpus.length || this.route?.params.get('job') ? html`<gw-history .params=${this.route.params} .gpus=${data.gpus} .thresholds=${data.thresholds}></gw-history>` : nothing}`;
  }

  /** This machine has none, or they cannot be seen: why, in words, and as the collector says it. */
  #none(data) {
    return html`<section class="panel no-gpu"><h2 class="answer">${t('gpus.none')}</h2><p>${t(`gpus.driver.${data.state}`)}</p>
      ${data.hint ? html`<p class="quiet">${data.hint}</p>` : nothing}</section>`;
  }
}

customElements.define('gw-gpus', Gpus);
