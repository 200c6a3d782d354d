import {html} from 'lit';
import {t} from '../core/words.js';
import {Part} from './element.js';

const SAID_MILLIS = 2000;

/** Code to paste, with a button that copies it. */
class Snippet extends Part {
  static properties = {text: {}, said: {state: true}};

  render() {
    return html`<div class="snippet"><pre tabindex="0"><code>${this.text}</code></pre>
      <button class="copy" @click=${() => this.#copy()}>${this.said ? t(this.said) : t('copy')}</button>
      <span class="unseen" role="status">${this.said ? t(this.said) : ''}</span></div>`;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.text);
      this.said = 'copied';
    } catch {
      this.said = this.#byHand() ? 'copied' : 'copy.failed';
    }
    setTimeout(() => (this.said = null), SAID_MILLIS);
  }

  /** Without https a browser has no clipboard but for what is selected. */
  #byHand() {
    const range = document.createRange();
    range.selectNodeContents(this.querySelector('code'));
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand('copy');
  }
}

customElements.define('gw-snippet', Snippet);
