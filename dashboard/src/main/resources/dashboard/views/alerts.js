/** What is open, acknowledged, muted and resolved; seen and muted from here. */
import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {get, post, spoken} from '../core/api.js';
import {ago, clock, ranks} from '../core/format.js';
import {Listening} from '../core/live.js';
import {Loaded} from '../core/loaded.js';
import {hrefOf} from '../core/route.js';
import {t} from '../core/words.js';
import '../parts/channels.js';
import {Part} from '../parts/element.js';
import {findingCard} from '../parts/finding.js';
import {states} from '../parts/panel.js';
import {severityIcon} from '../parts/severity.js';

const STATES = ['open', 'acknowledged', 'muted', 'resolved'];

class Alerts extends Part {
  static properties = {route: {}, said: {state: true}};

  #alerts = new Loaded(this, () => get('api/alerts', spoken({state: STATES.join(','), limit: 500})));

  constructor() {
    super();
    new Listening(this, {alert: (event) => this.#heard(event.detail.alert)});
  }

  #heard(alert) {
    const list = this.#alerts.data?.alerts;
    if (!list) {
      return;
    }
    const at = list.findIndex((known) => known.id === alert.id);
    if (at >= 0) {
      list.splice(at, 1);
    }
    list.unshift(alert);
    this.requestUpdate();
  }

  #state() {
    const wanted = this.route?.params.get('state');
    return STATES.includes(wanted) ? wanted : (this.#chosen()?.state ?? 'open');
  }

  #chosen() {
    return this.#alerts.data?.alerts.find((alert) => alert.id === this.route?.id) ?? null;
  }

  render() {
    return html`<h1 tabindex="-1">${t('alerts.title')}</h1>
      <p class="unseen" role="status">${this.said ?? ''}</p>
      <gw-channels></gw-channels>
      ${states(this.#alerts, (data) => this.#lists(data.alerts))}`;
  }

  #lists(alerts) {
    const state = this.#state();
    const shown = alerts.filter((alert) => alert.state === state);
    return html`<nav class="tabs" aria-label=${t('alerts.title')}>${STATES.map((each) => html`<a href=${hrefOf('alerts', '', {state: each})}
        aria-current=${each === state ? 'page' : 'false'}>${t(`alert.${each}`)} <span class="quiet">${alerts.filter((alert) => alert.state === each).length}</span></a>`)}</nav>
      ${this.said ? html`<p class="said">${this.said}</p>` : nothing}
      ${shown.length
        ? html`<ul class="alerts">${repeat(shown, (alert) => alert.id, (alert) => this.#alert(alert))}</ul>`
        : html`<p class="empty">${t(state === 'open' ? 'alerts.none' : 'alerts.none.filter')}</p>`}`;
  }

  #alert(alert) {
    const open = alert.id === this.route?.id;
    return html`<li class="panel alert" id=${`alert-${alert.id}`}>
      <div class="alert-line">${severityIcon(alert.severity)}
        <a class="alert-title" href=${hrefOf('alerts', open ? '' : alert.id, {state: alert.state})} aria-expanded=${String(open)}>${alert.title}</a></div>
      <p class="quiet">${[
        alert.job_name || alert.job,
        alert.ranks.length ? ranks(alert.ranks) : null,
        t('alert.opened', {time: ago(alert.opened)}),
        alert.times_opened > 1 ? t('alert.times', {n: alert.times_opened}) : null,
        alert.acknowledged_by ? `${t('alert.acknowledged')} ${t('alert.by', {who: alert.acknowledged_by})}` : null,
        alert.muted_until && alert.state === 'muted' ? t('alert.until', {time: clock(alert.muted_until)}) : null,
      ].filter(Boolean).join(' · ')}</p>
      <p class="actions"><a href=${hrefOf('jobs', alert.job, {finding: alert.finding})}>${t('alert.job')}</a>
        ${alert.state === 'open' ? html`<button @click=${() => this.#ack(alert)}>${t('alert.ack')}</button>` : nothing}
        ${alert.state === 'open' || alert.state === 'acknowledged'
          ? html`<button @click=${() => this.#mute(alert, '2h')}>${t('alert.mute')}</button><button @click=${() => this.#mute(alert, '24h')}>${t('alert.mute.day')}</button>`
          : nothing}</p>
      ${open ? findingCard(alert) : nothing}
    </li>`;
  }

  #ack(alert) {
    return this.#do(() => post(`api/alerts/${alert.id}/ack`, {by: '', note: ''}), 'alert.done.ack');
  }

  #mute(alert, time) {
    return this.#do(() => post(`api/alerts/${alert.id}/mute`, {for: time, scope: ['job', 'cause', 'modules'], by: '', reason: ''}), 'alert.done.mute');
  }

  async #do(work, done) {
    try {
      await work();
      this.said = t(done);
      await this.#alerts.load();
    } catch (e) {
      this.said = t('alert.failed', {why: e.message});
    }
  }
}

customElements.define('gw-alerts', Alerts);
