/**
 * Something that the API answers, kept with how asking for it went: a Lit controller. Keeps what it has while it asks again, so that a panel keeps its shape;
 * an older answer never replaces a newer one.
 */
import {live} from './live.js';
import {language} from './words.js';

export class Loaded {
  data = null;
  error = null;
  loading = false;
  /** When the data was true, by this machine's clock; 0 before there is any. */
  atMillis = 0;
  #host;
  #ask;
  #round = 0;
  #again = 0;
  #asked = false;
  #askedMillis = 0;
  #language = '';
  #onAgain = () => this.load();
  #onLanguage = () => this.#asked && this.#language !== language() && this.load();
  #onState = () => this.#host.requestUpdate();
  #gap;

  /**
   * @param {function(): Promise<*>} ask null where there is nothing to ask for now
   * @param {number} gap milliseconds between two answers at least, when asked by {@link soon}
   */
  constructor(host, ask, gap = 1000) {
    this.#host = host;
    this.#ask = ask;
    this.#gap = gap;
    host.addController(this);
  }

  hostConnected() {
    live.addEventListener('again', this.#onAgain);
    window.addEventListener('gw-language', this.#onLanguage);
    live.addEventListener('state', this.#onState);
    this.#asked = false;
  }

  /** The first time not before the host has its properties. */
  hostUpdated() {
    if (!this.#asked) {
      this.load();
    }
  }

  hostDisconnected() {
    live.removeEventListener('again', this.#onAgain);
    window.removeEventListener('gw-language', this.#onLanguage);
    live.removeEventListener('state', this.#onState);
    clearTimeout(this.#again);
    this.#again = 0;
    this.#round++;
  }

  /** Forgets what it has: it is of something else now. */
  restart() {
    this.data = null;
    this.error = null;
    return this.load();
  }

  /** An event changed the data in its place: it is of now. */
  touch() {
    this.atMillis = Date.now();
  }

  /** Whether what it has may no longer be so: the collector is away, or did not answer. */
  get stale() {
    return this.data !== null && (this.error !== null || live.state === 'lost');
  }

  async load() {
    clearTimeout(this.#again);
    this.#again = 0;
    this.#language = language();
    const promise = this.#ask();
    if (!promise) {
      return;
    }
    this.#asked = true;
    const round = ++this.#round;
    this.#askedMillis = performance.now();
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const data = await promise;
      if (round === this.#round) {
        this.data = data;
        this.error = null;
        this.atMillis = Date.now();
      }
    } catch (e) {
      if (round === this.#round) {
        this.error = e;
        if (e.status === 401) {
          window.dispatchEvent(new Event('gw-login'));
        }
      }
    }
    if (round === this.#round) {
      this.loading = false;
      this.#host.requestUpdate();
    }
  }

  /** Asks again within the gap; however often it is called, once. */
  soon() {
    if (this.#again === 0) {
      const wait = Math.max(0, this.#gap - (performance.now() - this.#askedMillis));
      this.#again = setTimeout(() => this.load(), wait);
    }
  }
}
