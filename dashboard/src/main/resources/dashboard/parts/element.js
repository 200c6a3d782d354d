import {LitElement} from 'lit';

/** An element of the page: in the page's own tree, so that one style sheet, one tab order and one set of ids serve all. Says itself again when the language changes. */
export class Part extends LitElement {
  #again = () => this.requestUpdate();

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('gw-language', this.#again);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('gw-language', this.#again);
  }
}
