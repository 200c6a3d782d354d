/** A job: the answer first, then the fix, then what stands behind both. */
import {html, nothing} from 'lit';
import {guard} from 'lit/directives/guard.js';
import {get, getSame, jobPath, spoken} from '../core/api.js';
import {ago, clock, count, duration, rate, ranks, three} from '../core/format.js';
import {Listening} from '../core/live.js';
import {Loaded} from '../core/loaded.js';
import {hrefOf} from '../core/route.js';
import {language, t} from '../core/words.js';
import {Part} from '../parts/element.js';
import {findingCard, line} from '../parts/finding.js';
import {panel, states} from '../parts/panel.js';
import {severityIcon} from '../parts/severity.js';
import '../parts/map.js';
import '../parts/series.js';

const MOST_RANKS = 64;

class Job extends Part {
  static properties = {route: {}, version: {state: true}};

  #job = new Loaded(this, () => (this.route ? get(jobPath(this.route.id), spoken()) : null));
  #report = new Loaded(this, () => (this.route ? getSame(jobPath(this.route.id, 'report'), spoken()) : null), 2000);

  /** What the map is given of a report: the same arrays for the same report. */
  #mapped = {report: null, models: [], ranks: []};

  constructor() {
    super();
    this.version = 0;
    new Listening(this, {job: (event) => this.#heard(event.detail)});
  }

  willUpdate(changed) {
    const before = changed.get('route');
    if (before && before.id !== this.route.id) {
      this.#job.restart();
      this.#report.restart();
    }
  }

  #heard(job) {
    if (job.id !== this.route.id) {
      return;
    }
    if (this.#job.data) {
      this.#job.data = {...this.#job.data, ...job};
    } else {
      this.#job.soon();
    }
    this.#report.soon();
    this.version++;
  }

  render() {
    return html`${states(this.#job, (job) => this.#head(job))}
      ${states(this.#report, (report) => this.#body(report))}`;
  }

  #head(job) {
    const facts = [
      job.world_size ? (job.world_size === 1 ? t('job.one') : t('job.of', {n: count(job.world_size)})) : null,
      t('job.step', {n: count(job.step)}),
      job.state === 'running' && job.step_seconds ? t('job.rate', {n: rate(job.step_seconds)}) : null,
      job.framework,
      job.exit_code === null ? null : t('job.exit', {n: job.exit_code}),
      job.started ? t('job.started', {time: ago(job.started)}) : null,
    ].filter(Boolean);
    document.title = `${job.name || job.id} · Gradwatch`;
    return html`<div class="job-head">
      <h1 tabindex="-1">${job.name || job.id}</h1> <span class="quiet mono">${job.id}</span>
      <p><span class="state ${job.state}">${t(`state.${job.state}`)}</span> <span title=${clock(job.started)}>${facts.join(' · ')}</span></p>
    </div>`;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.title = 'Gradwatch';
  }

  /** Events come many a second, so what only a new report changes is not looked at for each. */
  #body(report) {
    const findings = report.findings;
    const open = findings.find((finding) => finding.id === this.route.params.get('finding')) ?? findings[0];
    const once = (part) => guard([report, open, this.route, language()], part);
    return html`${once(() => this.#findings(report, findings, open))} ${this.#map(report)}
      <gw-series .job=${this.route.id} .version=${this.version} .findings=${findings}></gw-series>
      ${once(() => this.#proof(open))}
      <div class="two">${once(() => this.#settings(report))} ${this.#since()}</div>
      ${once(() => this.#ranks(report))}`;
  }

  #findings(report, findings, open) {
    if (!open) {
      const all = report.ranks.map((rank) => rank.rank);
      return html`<section class="panel healthy"><h2 class="answer">${report.models.length ? severityIcon(null) : nothing}
        <span>${report.models.length ? t('job.healthy', {ranks: ranks(all, report.job.world_size)}) : t('job.waiting')}</span></h2></section>`;
    }
    const model = report.models.find((known) => known.id === open.model);
    return html`<section class="panel findings" aria-label=${t('job.findings')}>
      ${findings.length > 1
        ? html`<ul class="finding-list">${findings.map((finding) => html`<li><a href=${this.#hrefOf(finding)}
            aria-current=${finding === open ? 'true' : 'false'}>${line(finding)}</a></li>`)}</ul>`
        : nothing}
      ${findingCard(open, {world: report.job.world_size ?? 0, tensors: model?.tensors ?? 0})}
    </section>`;
  }

  #hrefOf(finding) {
    return hrefOf('jobs', this.route.id, {...Object.fromEntries(this.route.params), finding: finding.id});
  }

  #map(report) {
    if (!report.models.length) {
      return nothing;
    }
    if (this.#mapped.report !== report) {
      const models = [];
      report.models.forEach((model) => (models[model.id] = model.name));
      this.#mapped = {report, models, ranks: report.ranks.map((rank) => rank.rank)};
    }
    const {params} = this.route;
    return html`<gw-map .job=${this.route.id} .models=${this.#mapped.models} .ranks=${this.#mapped.ranks} .version=${this.version}
      .over=${params.get('map') === 'steps' ? 'steps' : 'ranks'} .rank=${params.get('rank') ?? 'all'} .model=${params.get('model') ?? String(report.models[0].id)}
      .filter=${params.get('filter') ?? ''} .mark=${params.get('mark') ?? ''}></gw-map>`;
  }

  #proof(open) {
    if (!open) {
      return nothing;
    }
    return html`<section class="panel proof"><div class="panel-head"><h2>${t('proof.title')}</h2></div>
      ${open.log.length
        ? html`<ul>${open.log.map((said) => html`<li><span class="quiet mono">${said.rank === null ? '' : `rank ${said.rank} `}${said.source}${said.line
            ? `:${said.line}` : ''}</span><pre tabindex="0">${said.text}</pre></li>`)}</ul>`
        : html`<p class="empty">${t('proof.none')}</p>`}
    </section>`;
  }

  #settings(report) {
    const libraries = Object.entries(report.job.libraries ?? {});
    return html`<section class="panel"><div class="panel-head"><h2>${t('ddp.title')}</h2></div>
      ${report.models.map((model) => html`<h3>${model.name} <span class="quiet">${model.wrapper}</span></h3>
        <dl class="facts"><dt>${t('ddp.tensors')}</dt><dd>${count(model.tensors)}</dd><dt>${t('ddp.elements')}</dt><dd>${count(model.elements)}</dd>
        <dt>${t('ddp.keys')}</dt><dd>${count(model.state_dict_keys)}</dd>
        ${Object.entries(model.ddp ?? {}).map(([key, value]) => html`<dt class="mono">${key}</dt><dd class="mono">${String(value)}</dd>`)}</dl>
        ${model.notes.map((note) => html`<p class="quiet">${note}</p>`)}`)}
      ${libraries.length ? html`<p class="quiet mono">${libraries.map(([name, version]) => `${name} ${version}`).join(' · ')}</p>` : nothing}
      ${report.job.command.length ? html`<pre tabindex="0">${report.job.command.join(' ')}</pre>` : nothing}
    </section>`;
  }

  #since() {
    return panel(t('since.title'), this.#job, (job) => {
      const since = job.since_last_run;
      const cost = job.find_unused_cost;
      return html`${since ? this.#lists(since) : html`<p class="empty">${t('since.none')}</p>`}
        ${cost ? html`<p>${t('flag.cost', {percent: `${three(cost.percent)} %`, with: duration(cost.with.step_seconds), without: duration(cost.without.step_seconds)})}</p>` : nothing}`;
    });
  }

  #lists(since) {
    const lists = [['new', since.new], ['still', since.still_there], ['fixed', since.fixed]].filter(([, titles]) => titles.length);
    return html`<p><a class="mono" href=${hrefOf('jobs', since.job)}>${since.job}</a></p>
      ${lists.length ? html`<dl>${lists.map(([kind, titles]) => html`<dt>${t(`since.${kind}`)}</dt>${titles.map((title) => html`<dd>${title}</dd>`)}`)}</dl>`
        : html`<p>${t('since.same')}</p>`}`;
  }

  #ranks(report) {
    if (!report.ranks.length) {
      return nothing;
    }
    const shown = report.ranks.slice(0, MOST_RANKS);
    const wall = report.ranks.reduce((sum, rank) => sum + rank.cost.wall_nanos, 0);
    const watch = report.ranks.reduce((sum, rank) => sum + rank.cost.watch_nanos, 0);
    return html`<section class="panel"><div class="panel-head"><h2>${t('ranks.title')}</h2>
      ${wall ? html`<span class="quiet">${t('ranks.cost', {percent: `${three((100 * watch) / wall)} %`})}</span>` : nothing}</div>
      <div class="scroll" tabindex="0" role="group" aria-label=${t('ranks.title')}><table class="rows"><thead><tr><th scope="col" class="number">rank</th><th scope="col">host</th><th scope="col" class="number">pid</th>
        <th scope="col">device</th><th scope="col" class="number">${t('jobs.step')}</th><th scope="col">${t('jobs.state')}</th></tr></thead>
      <tbody>${shown.map((rank) => html`<tr><th scope="row" class="number">${rank.rank}</th><td class="mono">${rank.host}</td><td class="number">${rank.pid}</td>
        <td class="mono">${rank.device}</td><td class="number">${count(rank.steps)}</td>
        <td><span class="state ${rank.state}">${t(`state.${rank.state}`)}</span> ${rank.error ?? ''}</td></tr>`)}</tbody></table></div>
      ${report.ranks.length > shown.length ? html`<p class="quiet">${t('finding.more', {n: count(report.ranks.length - shown.length)})}</p>` : nothing}
    </section>`;
  }
}

customElements.define('gw-job', Job);
