/** Which blocks of a long table are near enough to what is seen to be drawn: a Lit controller. A block that is not keeps its place by its height. */

/** Rows of a block. */
export const BLOCK = 50;

/** So much more than what is seen is drawn, above and below. */
const MARGIN = '800px';
const ROW_HEIGHT = 55;

export class Blocks {
  #host;
  #near = new Set([0]);
  #heights = new Map();
  #observer = null;
  #seen = new WeakSet();

  constructor(host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected() {
    this.#observer = new IntersectionObserver((entries) => this.#moved(entries), {rootMargin: MARGIN});
    this.#seen = new WeakSet();
  }

  hostUpdated() {
    this.#host.querySelectorAll('[data-block]').forEach((place) => {
      if (!this.#seen.has(place)) {
        this.#seen.add(place);
        this.#observer?.observe(place);
      }
    });
  }

  hostDisconnected() {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  near(block) {
    return this.#near.has(block);
  }

  /** Pixels of a block that is away. */
  height(block, rows) {
    return this.#heights.get(block) ?? rows * ROW_HEIGHT;
  }

  #moved(entries) {
    let changed = false;
    for (const {target, isIntersecting, boundingClientRect} of entries) {
      const block = Number(target.dataset.block);
      if (isIntersecting) {
        changed ||= !this.#near.has(block);
        this.#near.add(block);
      } else if (this.#near.has(block) && !target.contains(document.activeElement)) {
        this.#heights.set(block, boundingClientRect.height);
        this.#near.delete(block);
        changed = true;
      }
    }
    if (changed) {
      this.#host.requestUpdate();
    }
  }
}
