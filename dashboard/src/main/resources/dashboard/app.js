/** The page: its head, and the view that the address names. */
import {LitElement, html, nothing} from 'lit';
import {get} from './core/api.js';
import {Listening, live} from './core/live.js';
import {Loaded} from './core/loaded.js';
import {current, hrefOf, onRoute} from './core/route.js';
import {language, setLanguage, t} from './core/words.js';
import './views/jobs.js';
import './views/login.js';

const VIEWS = ['jobs', 'alerts', 'gpus'];
const THEMES = ['system', 'light', 'dark'];
const THEME = 'gradwatch.theme';

class App extends LitElement {
  static properties = {route: {state: true}, needsToken: {state: true}, theme: {state: true}};

  #open = new Loaded(this, () => get('api/alerts', {state: 'open', limit: 1000}), 2000);

  constructor() {
    super();
    this.route = current();
    this.needsToken = false;
    this.theme = document.documentElement.dataset.theme ?? 'system';
    const wish = this.route.params.get('lang');
    setLanguage(wish ?? language(), Boolean(wish));
    onRoute(() => this.#routed());
    window.addEventListener('gw-language', () => this.requestUpdate());
    window.addEventListener('gw-login', () => {
      this.needsToken = true;
      live.stop();
    });
    new Listening(this, {state: () => this.requestUpdate(), alert: () => this.#open.soon()});
    live.start();
    this.#prepare(this.route);
  }

  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  #routed() {
    const before = this.route;
    this.route = current();
    this.#prepare(this.route);
    if (before.view !== this.route.view || before.id !== this.route.id) {
      this.updateComplete.then(() => {
        window.scrollTo(0, 0);
        this.querySelector('h1')?.focus({preventScroll: true});
      });
    }
  }

  /** Views that are not the first one come when they are asked for. */
  async #prepare(route) {
    if (route.view === 'alerts') {
      await import('./views/alerts.js');
    } else if (route.view === 'gpus') {
      await import('./views/gpus.js');
    } else if (route.id) {
      await import('./views/job.js');
    }
  }

  render() {
    return html`
      <a class="skip" href="#content" @click=${(e) => this.#skip(e)}>${t('nav.skip')}</a>
      <header class="top">
        <a class="brand" href=${hrefOf('jobs')}>gradwatch</a>
        <nav aria-label=${t('nav.label')}>${VIEWS.map((view) => this.#link(view))}</nav>
        <span class="push"></span>
        <span class="connection ${live.state}" role="status"><span class="dot" aria-hidden="true"></span> ${t(`live.${live.state}`)}</span>
        ${this.#languages()} ${this.#themes()}
      </header>
      <main id="content" tabindex="-1">${this.needsToken ? this.#login() : this.#view()}</main>`;
  }

  #skip(event) {
    event.preventDefault();
    this.querySelector('#content').focus();
  }

  #link(view) {
    const here = this.route.view === view;
    const open = view === 'alerts' ? (this.#open.data?.alerts.length ?? 0) : 0;
    return html`<a href=${hrefOf(view)} aria-current=${here ? 'page' : 'false'}>${t(`nav.${view}`)}${open
      ? html` <span class="badge" aria-label=${t('alerts.open.count', {n: open})}>${open}</span>`
      : nothing}</a>`;
  }

  #languages() {
    return html`<span class="choice" role="group" aria-label=${t('language.label')}>${[['en', 'EN'], ['zh', '中文']].map(
      ([id, name]) => html`<button lang=${id} aria-pressed=${language() === id} @click=${() => setLanguage(id)}>${name}</button>`,
    )}</span>`;
  }

  #themes() {
    return html`<select aria-label=${t('theme.label')} @change=${(e) => this.#setTheme(e.target.value)}>
      ${THEMES.map((theme) => html`<option value=${theme} ?selected=${theme === this.theme}>${t(`theme.${theme}`)}</option>`)}
    </select>`;
  }

  #setTheme(theme) {
    this.theme = theme;
    if (theme === 'system') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = theme;
    }
    try {
      localStorage.setItem(THEME, theme);
    } catch {
      // It lasts as long as the page then.
    }
    window.dispatchEvent(new Event('gw-theme'));
  }

  #login() {
    return html`<gw-login @gw-in=${() => {
      this.needsToken = false;
      live.start();
      this.#open.load();
    }}></gw-login>`;
  }

  #view() {
    const {view, id} = this.route;
    if (view === 'alerts') {
      return html`<gw-alerts .route=${this.route}></gw-alerts>`;
    }
    if (view === 'gpus') {
      return html`<gw-gpus .route=${this.route}></gw-gpus>`;
    }
    return id ? html`<gw-job .route=${this.route}></gw-job>` : html`<gw-jobs .route=${this.route}></gw-jobs>`;
  }
}

customElements.define('gw-app', App);
