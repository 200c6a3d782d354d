import {html} from 'lit';
import {Part} from './element.js';
import {draw, palette} from './marks.js';

const SIZE = 14;

/** One mark, as in the map. */
class Mark extends Part {
  static properties = {letter: {}};

  #again = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('gw-theme', this.#again);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('gw-theme', this.#again);
  }

  render() {
    return html`<canvas width=${2 * SIZE} height=${2 * SIZE} aria-hidden="true"></canvas>`;
  }

  updated() {
    const context = this.querySelector('canvas').getContext('2d');
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, SIZE, SIZE);
    draw(context, this.letter, 0, 0, SIZE, palette(this));
  }
}

customElements.define('gw-mark', Mark);
