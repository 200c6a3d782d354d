/**
 * The collector's events, and whether they come. One EventSource for the whole page; it comes back by itself, and says so, since whoever shows
 * something must then ask again for what it missed.
 */
import {spoken, urlOf} from './api.js';
import {language} from './words.js';

const RETRY_MILLIS = 3000;

class Live extends EventTarget {
  /** `connecting`, `live`, `lost`; `off` where the page may not listen. */
  state = 'connecting';
  #source = null;
  #retry = 0;
  #before = false;
  #language = '';

  constructor() {
    super();
    // Its events are told in one language; in another it begins anew, and what was missed between is asked for.
    window.addEventListener('gw-language', () => {
      if (this.#source && this.#language !== language()) {
        this.start();
      }
    });
  }

  start() {
    this.stop();
    this.#set('connecting');
    const source = new EventSource(urlOf('api/events', spoken()));
    this.#language = language();
    this.#source = source;
    source.onopen = () => {
      this.#set('live');
      if (this.#before) {
        this.dispatchEvent(new Event('again'));
      }
      this.#before = true;
    };
    source.onerror = () => {
      this.#set('lost');
      if (source.readyState === EventSource.CLOSED) {
        // The browser gives up for good where the answer was no stream, as from a proxy whose collector restarts.
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.start(), RETRY_MILLIS);
      }
    };
    for (const kind of ['job', 'alert']) {
      source.addEventListener(kind, (event) => {
        this.dispatchEvent(new CustomEvent(kind, {detail: JSON.parse(event.data)}));
      });
    }
  }

  stop() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.#set('off');
  }

  #set(state) {
    if (this.state !== state) {
      this.state = state;
      this.dispatchEvent(new Event('state'));
    }
  }
}

export const live = new Live();

/** Calls back at an event until the host element leaves the page: a Lit controller. */
export class Listening {
  #host;
  #kinds;

  /** @param {Object<string, function(Event)>} kinds by event name */
  constructor(host, kinds) {
    this.#host = host;
    this.#kinds = Object.entries(kinds);
    this.#host.addController(this);
  }

  hostConnected() {
    this.#kinds.forEach(([kind, heard]) => live.addEventListener(kind, heard));
  }

  hostDisconnected() {
    this.#kinds.forEach(([kind, heard]) => live.removeEventListener(kind, heard));
  }
}
