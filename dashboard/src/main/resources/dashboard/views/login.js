import {html, nothing} from 'lit';
import {post} from '../core/api.js';
import {t} from '../core/words.js';
import {Part} from '../parts/element.js';

/** Asks for the token once; the collector's cookie stands for it afterwards. */
class Login extends Part {
  static properties = {failed: {state: true}};

  render() {
    return html`<form class="login panel" @submit=${(e) => this.#submit(e)}>
      <h1 tabindex="-1">${t('login.title')}</h1>
      <p>${t('login.hint')}</p>
      <label>${t('login.token')} <input name="token" type="password" autocomplete="current-password" required autofocus></label>
      <button class="first">${t('login.in')}</button>
      ${this.failed ? html`<p class="problem" role="alert">${this.failed}</p>` : nothing}
    </form>`;
  }

  async #submit(event) {
    event.preventDefault();
    try {
      await post('api/login', {token: new FormData(event.target).get('token')});
      this.dispatchEvent(new Event('gw-in'));
    } catch (e) {
      this.failed = e.status === 401 ? t('login.wrong') : e.message;
    }
  }
}

customElements.define('gw-login', Login);
