/** The map's canvas: the marks of the rows that are in view, and nothing else. */
import {draw, palette} from './marks.js';

export const ROW = 24;
const WIDEST = 18;
const SHARE = 0.55;
const TALLEST = 16;

export class Plot {
  /** Of one column, in CSS pixels. */
  cell = WIDEST;
  #host;
  #canvas = null;
  #view = null;
  #frame = 0;
  #size = {width: 0, height: 0};
  #colours = null;
  #sizes = new ResizeObserver(([entry]) => {
    this.#size = {width: entry.contentRect.width, height: entry.contentRect.height};
    this.draw();
  });

  /** @param host whose colours it takes, and whose `shown()` says what to draw: {rows, columns, top, at} */
  constructor(host) {
    this.#host = host;
  }

  /** Follows the sizes of this view; asking the view itself for each frame would make the browser lay out in between. */
  on(view) {
    if (view !== this.#view) {
      this.#sizes.disconnect();
      this.#view = view;
      this.#canvas = view?.querySelector('canvas') ?? null;
      if (view) {
        this.#size = {width: view.clientWidth, height: view.clientHeight};
        this.#sizes.observe(view);
      }
    }
  }

  off() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.on(null);
  }

  /** The theme is another. */
  recolour() {
    this.#colours = null;
    this.draw();
  }

  /** In the next frame; however often it is asked for, once. */
  draw() {
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#drawNow();
      });
    }
  }

  /** {column, row} of a mouse event, by number; column null beside the marks. */
  at(event, top) {
    const box = this.#canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.cell);
    return {column: column >= 0 && event.clientX < box.right ? column : null, row: Math.floor((event.clientY - box.top + top) / ROW)};
  }

  #drawNow() {
    const {rows, columns, top, at} = this.#host.shown();
    if (!this.#canvas || !rows.length) {
      return;
    }
    const width = Math.floor(Math.min(this.#size.width * SHARE, Math.max(1, columns) * WIDEST));
    const height = Math.ceil(this.#size.height);
    const ratio = devicePixelRatio || 1;
    this.#fit(width, height, ratio);
    const context = this.#canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.#colours ??= palette(this.#host);
    this.cell = Math.min(WIDEST, width / Math.max(1, columns));
    const wide = Math.min(this.cell, TALLEST);
    // Where marks are narrow, tall ones are told apart better than small ones.
    const tall = this.cell < TALLEST ? Math.max(wide, 12) : wide;
    for (let i = Math.floor(top / ROW); i < rows.length && i * ROW < top + height; i++) {
      const y = i * ROW - top + (ROW - tall) / 2;
      const {marks} = rows[i].node;
      for (let column = 0; column < columns; column++) {
        draw(context, marks[column], column * this.cell, y, wide, this.#colours, tall);
      }
    }
    if (at !== null) {
      context.strokeStyle = this.#colours.focus;
      context.lineWidth = 1.5;
      context.strokeRect(Math.max(1, at * this.cell - 1), 1, Math.min(this.cell + 2, width - at * this.cell), height - 2);
    }
  }

  #fit(width, height, ratio) {
    const canvas = this.#canvas;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      this.#host.style.setProperty('--marks-width', `${width}px`);
    }
  }
}
