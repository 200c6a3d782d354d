/** All jobs, a row each, live. */
import {html, nothing} from 'lit';
import {guard} from 'lit/directives/guard.js';
import {repeat} from 'lit/directives/repeat.js';
import {get, spoken} from '../core/api.js';
import {ago, clock, count, NONE, rate} from '../core/format.js';
import {Listening} from '../core/live.js';
import {Loaded} from '../core/loaded.js';
import {hrefOf, setParams} from '../core/route.js';
import {language, t} from '../core/words.js';
import {BLOCK, Blocks} from '../parts/blocks.js';
import {Part} from '../parts/element.js';
import {states} from '../parts/panel.js';
import {severityIcon} from '../parts/severity.js';
import {Recent, spark} from '../parts/spark.js';
import '../parts/copy.js';

const PAGE = 100;
/** Where reporters usually connect. */
const REPORTER_PORT = 7787;
/** How often it is said anew how long ago a job was seen. */
const AGO_MILLIS = 10_000;
const COLUMNS = 8;
const BY_NAME = new Intl.Collator();
const ORDER = {critical: 0, error: 1, warning: 2, info: 3};
/** The API's orders, kept up among the rows that are here as they change. */
const SORTS = {
  newest: () => 0,
  worst: (a, b) => (ORDER[a.worst] ?? 4) - (ORDER[b.worst] ?? 4),
  name: (a, b) => BY_NAME.compare(a.name, b.name) || BY_NAME.compare(a.id, b.id),
};

class Jobs extends Part {
  static properties = {route: {}, shown: {state: true}};

  #jobs = new Loaded(this, () => this.#ask());
  #blocks = new Blocks(this);
  #recent = new Recent();
  #tick = 0;
  #ticks = 0;
  #frame = 0;
  #filter = '';
  /** Where each job is in the list of the API. */
  #places = new Map();
  #placed = null;
  /** The state of jobs that are not in the list and were heard of. */
  #others = new Map();

  constructor() {
    super();
    this.shown = PAGE;
    new Listening(this, {job: (event) => this.#heard(event.detail)});
  }

  connectedCallback() {
    super.connectedCallback();
    this.#tick = setInterval(() => {
      this.#ticks++;
      this.requestUpdate();
    }, AGO_MILLIS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#tick);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #param(name) {
    return this.route?.params.get(name) ?? '';
  }

  async #ask() {
    const answer = {jobs: [], total: 0};
    // The API gives at most a thousand at once.
    do {
      const page = await get('api/jobs', spoken({
        text: this.#param('text'),
        state: this.#param('state'),
        sort: this.#param('sort'),
        recent: true,
        offset: answer.jobs.length,
        limit: Math.min(1000, this.shown - answer.jobs.length),
      }));
      answer.total = page.total;
      answer.jobs.push(...page.jobs);
      if (!page.jobs.length) {
        break;
      }
    } while (answer.jobs.length < Math.min(this.shown, answer.total));
    if (!answer.total) {
      // For the command that connects the first job.
      answer.port = (await get('api/health')).reporter_port;
    }
    return answer;
  }

  willUpdate(changed) {
    this.#place();
    const filter = `${this.#param('text')}\n${this.#param('state')}\n${this.#param('sort')}`;
    if (changed.has('route') && filter !== this.#filter) {
      this.#filter = filter;
      this.#jobs.load();
    }
  }

  /** A list that is new. */
  #place() {
    const jobs = this.#jobs.data?.jobs;
    if (!jobs || jobs === this.#placed) {
      return;
    }
    this.#placed = jobs;
    this.#places = new Map(jobs.map((job, at) => [job.id, at]));
    this.#recent.keep(this.#places);
    jobs.forEach((job) => this.#recent.take(job, performance.now()));
  }

  /** A row that is there changes in its place; a job that is new, or began or ended elsewhere, makes the list be asked for. */
  #heard(job) {
    this.#place();
    const at = this.#places.get(job.id);
    if (at === undefined) {
      if (this.#others.get(job.id) !== job.state) {
        this.#others.set(job.id, job.state);
        this.#jobs.soon();
      }
      return;
    }
    this.#jobs.data.jobs[at] = job;
    this.#jobs.touch();
    this.#recent.take(job, performance.now());
    // However many jobs tell something, the list is drawn once a frame, and not at all while nobody sees it.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.requestUpdate();
    });
  }

  render() {
    const bare = !this.#param('text') && !this.#param('state');
    return html`<h1 tabindex="-1">${t('jobs.title')}</h1>
      ${states(this.#jobs, (data) => (data.total === 0 && bare ? this.#first(data.port ?? REPORTER_PORT) : this.#list(data)))}`;
  }

  #first(port) {
    const host = `${location.hostname}:${port}`;
    return html`<section class="panel first-run">
      <h2>${t('first.title')}</h2>
      <p>${t('first.run')}</p>
      <gw-snippet .text=${`gradwatch run --collector ${host} -- torchrun --nproc-per-node 2 train.py`}></gw-snippet>
      <p>${t('first.env')}</p>
      <gw-snippet .text=${`GRADWATCH_COLLECTOR=${host} torchrun --nproc-per-node 2 --no-python python -m gradwatch train.py`}></gw-snippet>
      <p>${t('first.demo')}</p>
      <gw-snippet .text=${'./gradwatch demo'}></gw-snippet>
    </section>`;
  }

  #list(data) {
    const sorted = [...data.jobs].sort(SORTS[this.#param('sort')] ?? SORTS.newest);
    return html`${this.#filters(data)}
      ${sorted.length === 0
        ? html`<p class="empty">${t('jobs.none')}</p>`
        : html`<table class="rows jobs"><thead><tr>
            <th scope="col">${t('jobs.name')}</th><th scope="col">${t('jobs.state')}</th><th scope="col" class="number">${t('jobs.ranks')}</th>
            <th scope="col" class="number">${t('jobs.step')}</th><th scope="col" class="number">${t('jobs.rate')}</th>
            <th scope="col">${t('jobs.busy')}</th><th scope="col">${t('jobs.finding')}</th><th scope="col">${t('jobs.seen')}</th></tr></thead>
            ${this.#bodies(sorted)}</table>`}
      ${data.jobs.length < data.total
        ? html`<button class="more" @click=${() => this.#more()}>${t('jobs.more')}</button>`
        : nothing}`;
  }

  #bodies(sorted) {
    const starts = Array.from({length: Math.ceil(sorted.length / BLOCK)}, (none, block) => block * BLOCK);
    return starts.map((start, block) => {
      const jobs = sorted.slice(start, start + BLOCK);
      return html`<tbody data-block=${block}>${this.#blocks.near(block)
        ? repeat(jobs, (job) => job.id, (job) => guard([job, this.#ticks, language()], () => this.#row(job)))
        : html`<tr class="away" aria-hidden="true"><td colspan=${COLUMNS} .style=${`height:${this.#blocks.height(block, jobs.length)}px`}></td></tr>`}</tbody>`;
    });
  }

  #more() {
    this.shown += this.shown < 1000 ? 900 : 1000;
    this.#jobs.load();
  }

  #filters(data) {
    return html`<form class="filters" role="search" @submit=${(e) => e.preventDefault()}>
      <input type="search" aria-label=${t('jobs.search')} placeholder=${t('jobs.search')} .value=${this.#param('text')}
        @input=${(e) => setParams({text: e.target.value})}>
      <select aria-label=${t('jobs.state')} @change=${(e) => setParams({state: e.target.value}, true)}>
        <option value="">${t('jobs.any')}</option>
        ${['running', 'failed', 'finished'].map(
          (state) => html`<option value=${state} ?selected=${this.#param('state') === state}>${t(`state.${state}`)}</option>`,
        )}
      </select>
      <select aria-label=${t('jobs.sort')} @change=${(e) => setParams({sort: e.target.value === 'newest' ? null : e.target.value}, true)}>
        ${Object.keys(SORTS).map(
          (sort) => html`<option value=${sort} ?selected=${(this.#param('sort') || 'newest') === sort}>${t(`jobs.sort.${sort}`)}</option>`,
        )}
      </select>
      <span class="quiet" role="status">${t('jobs.count', {n: count(data.jobs.length), total: count(data.total)})}</span>
    </form>`;
  }

  #row(job) {
    return html`<tr>
      <th scope="row"><a href=${hrefOf('jobs', job.id)}><span class="name">${job.name || job.id}</span>
        <span class="quiet mono">${job.id}</span></a></th>
      <td><span class="state ${job.state}">${t(`state.${job.state}`)}</span></td>
      <td class="number">${job.world_size ? `${count(job.ranks)}/${count(job.world_size)}` : NONE}</td>
      <td class="number">${count(job.step)}</td>
      <td class="number">${job.state === 'running' ? rate(job.step_seconds) : NONE}</td>
      <td class="busy ${job.state === 'running' ? '' : 'over'}">${job.state === 'running' ? spark(this.#recent.of(job.id)) : NONE}</td>
      <td class="finding">${job.worst || job.step ? html`${severityIcon(job.worst)} <span>${job.title || t('jobs.healthy')}</span>` : NONE}</td>
      <td class="quiet"><time datetime=${job.updated ?? ''} title=${clock(job.updated)}>${ago(job.updated)}</time></td>
    </tr>`;
  }
}

customElements.define('gw-jobs', Jobs);
