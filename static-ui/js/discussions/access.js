// @ts-check

import { get } from "../dom.js";
import { isLoopback } from "../token-field.js";
import { canMint, cleanToken, developmentToken, isSendable } from "../token.js";

/** @typedef {import("./api.js").Api} Api */

/** Asks for an access token when the server wants one. The token is kept in this page only, never stored. */
export class Access {
  #api;
  #hub;
  #form = get("access", HTMLFormElement);
  #input = get("token", HTMLTextAreaElement);
  #reason = get("access-reason", HTMLElement);
  #onToken;
  /** @type {() => void} */ #retry = () => {};

  /**
   * @param {Api} api gets the token
   * @param {URL} hub the audience of development tokens
   * @param {() => void} onToken called when there is a new token
   */
  constructor(api, hub, onToken) {
    this.#onToken = onToken;
    this.#api = api;
    this.#hub = hub;
    this.#form.addEventListener("submit", this.#submit);
    const development = get("token-development", HTMLButtonElement);
    development.hidden = !canMint || !isLoopback(hub);
    development.addEventListener("click", () => void this.#mint());
  }

  /**
   * @param {string} reason a sentence
   * @param {() => void} retry called with the token set
   */
  ask(reason, retry) {
    this.#retry = retry;
    this.#reason.textContent = reason;
    this.#form.hidden = false;
    this.#form.scrollIntoView({ block: "nearest" });
    this.#input.focus();
  }

  hide() {
    this.#form.hidden = true;
  }

  async #mint() {
    this.#input.value = await developmentToken("1.0", this.#hub);
    this.#use();
  }

  /** @param {Event} event */
  #submit = (event) => {
    event.preventDefault();
    this.#use();
  };

  #use() {
    const token = cleanToken(this.#input.value);
    if (token === "" || !isSendable(token)) {
      this.#reason.textContent = "Paste a token first: letters, digits and dots without spaces.";
      return;
    }
    this.#api.token = token;
    this.hide();
    this.#onToken();
    this.#retry();
  }
}
