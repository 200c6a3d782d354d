/** How much of something is in use, by whom: a bar of parts, drawn without a library. */
import {nothing, svg, html} from 'lit';

const WIDTH = 1000;
const HEIGHT = 16;
const SPACE = 3;

/**
 * @param {Array<{share: number, kind: string}>} parts from the left, shares of one; the kind is a class that colours it
 * @param {Array<number>} ticks shares at which a threshold stands
 * @param {string} name says the same in words
 */
export function bar(parts, ticks, name) {
  let from = 0;
  const drawn = parts.map(({share, kind}) => {
    const at = from;
    from = Math.min(1, from + Math.max(0, share));
    const width = Math.max(0, (from - at) * WIDTH - SPACE);
    return width > 0 ? svg`<rect class="part ${kind}" x=${at * WIDTH} y="1" width=${width} height=${HEIGHT - 2}></rect>` : nothing;
  });
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${name}>
    <rect class="whole" x="0" y="1" width=${WIDTH} height=${HEIGHT - 2}></rect>${drawn}
    ${ticks.map((share) => svg`<line class="tick" x1=${share * WIDTH} x2=${share * WIDTH} y1="0" y2=${HEIGHT}></line>`)}</svg>`;
}

/** What a colour and a dash stand for, beside its words. */
export const swatch = (kind) => html`<svg class="swatch" viewBox="0 0 14 14" aria-hidden="true"><rect class="part ${kind}" x="1" y="1" width="12" height="12"></rect></svg>`;

/** The same of a line of a chart. */
export const dash = (n, kind) => html`<svg class="swatch wide" viewBox="0 0 28 14" aria-hidden="true"><line class="stroke line-${n} ${kind}" x1="0" x2="28" y1="7" y2="7"></line></svg>`;
