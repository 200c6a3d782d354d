/** Figures one above the other, with one axis and one cursor. The chart library comes when there is something to draw. */
import {html} from 'lit';
import {Part} from './element.js';
import {HEIGHT, options} from './options.js';

/**
 * A drawing that says nothing to a screen reader: whoever shows one says the same in words beside it.
 *
 * `figures` are as {@link options} takes them, `axis` what they share.
 */
class Chart extends Part {
  static properties = {figures: {}, axis: {}};

  #chart = null;
  #charts = null;
  #sizes = new ResizeObserver(() => this.#chart?.resize());
  #redraw = () => this.#draw();
  /** One object for both: a listener goes only from the one that it was given to. */
  #dark = matchMedia('(prefers-color-scheme: dark)');

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('gw-theme', this.#redraw);
    this.#dark.addEventListener('change', this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('gw-theme', this.#redraw);
    this.#dark.removeEventListener('change', this.#redraw);
    this.#sizes.disconnect();
    this.#chart?.dispose();
    this.#chart = null;
  }

  render() {
    return html`<div class="chart" aria-hidden="true" .style=${`height:${HEIGHT.of(this.figures.length)}px`}></div>`;
  }

  updated() {
    this.#draw();
  }

  async #draw() {
    this.#charts ??= await import('echarts');
    const place = this.querySelector('.chart');
    if (!this.isConnected || !place) {
      return;
    }
    if (!this.#chart) {
      this.#chart = this.#charts.init(place, null, {renderer: 'canvas'});
      this.#sizes.observe(place);
    }
    this.#chart.resize();
    const style = getComputedStyle(this);
    this.#chart.setOption(options(this.figures, this.axis, (name) => style.getPropertyValue(name).trim()), true);
  }
}

customElements.define('gw-chart', Chart);
