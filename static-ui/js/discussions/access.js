// @ts-check

import { cell, get } from "../dom.js";
import { isLoopback } from "../token-field.js";
import { canMint, cleanToken, developmentToken, isSendable } from "../token.js";

/** @typedef {import("./api.js").Api} Api */

/**
 * Moves the keyboard focus to an element, or to the page's title if the element is not shown.
 * @param {Element | null} element
 */
function giveFocus(element) {
  const isShown = element instanceof HTMLElement && element !== document.body && element.checkVisibility();
  (isShown ? element : get("title", HTMLElement)).focus({ preventScroll: true });
}

/** Asks for an access token when the server wants one. The token is kept in this page only, never stored. */
export class Access {
  #api;
  #hub;
  #form = get("access", HTMLFormElement);
  #input = get("token", HTMLTextAreaElement);
  #reason = get("access-reason", HTMLElement);
  #onToken;
  /** @type {() => void} */ #retry = () => {};
  /** @type {Element | null} what had the keyboard focus when the form was shown */ #asker = null;

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
    development.hidden = !canMint || !isLoopback(hub) || !isLoopback(api.server);
    development.addEventListener("click", () => void this.#mint());
    this.#showServer();
  }

  /**
   * @param {string} reason a sentence
   * @param {() => void} retry called with the token set
   */
  ask(reason, retry) {
    this.#retry = retry;
    this.#reason.textContent = reason;
    if (!this.#form.contains(document.activeElement)) this.#asker = document.activeElement;
    this.#form.hidden = false;
    this.#form.scrollIntoView({ block: "nearest" });
    this.#input.focus();
  }

  hide() {
    const hadFocus = this.#form.contains(document.activeElement);
    this.#form.hidden = true;
    if (hadFocus) giveFocus(this.#asker);
  }

  // The page's address may name another server. An attacker can write such a link to a page that the user trusts.
  #showServer() {
    const { origin } = this.#api.server;
    const isOwn = origin === location.origin;
    const [server, recipient] = [get("server", HTMLElement), get("access-recipient", HTMLElement)];
    server.hidden = recipient.hidden = isOwn;
    if (isOwn) return;
    server.replaceChildren("This page uses the server ", cell("strong", "", origin), ".");
    recipient.replaceChildren("The token is sent to ", cell("strong", "", origin), ".");
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
