// @ts-check

import { get } from "./dom.js";
import { visible } from "./text.js";
import { DEVELOPMENT_KEY, EVERYTHING, canMint, cleanToken, isSendable, judgeToken, mintToken } from "./token.js";

/** @typedef {import("./token.js").Action} Action */

// An expiry passes while the page is open.
const LOOK_EVERY = 5_000;

/** Where a token is pasted, and what it says. It is kept in the field alone. */
export class TokenField {
  /** @type {Action} */ #action;
  /** @type {HTMLTextAreaElement} */ #input;
  /** @type {HTMLElement} */ #verdict;
  /** @type {HTMLElement} */ #claims;
  /** @type {() => void} */ #onChange;
  #shown = "";

  /**
   * @param {Action} action its elements' ids begin with this
   * @param {() => void} onChange
   */
  constructor(action, onChange) {
    this.#action = action;
    this.#onChange = onChange;
    this.#input = get(`${action}-token`, HTMLTextAreaElement);
    this.#verdict = get(`${action}-token-verdict`, HTMLElement);
    this.#claims = get(`${action}-token-claims`, HTMLElement);
    this.#input.addEventListener("input", this.#changed);
    get(`${action}-token-clear`, HTMLButtonElement).addEventListener("click", () => this.set(""));
    setInterval(this.#show, LOOK_EVERY);
    this.#show();
  }

  /** Cleaned; empty: none. */
  get value() {
    return cleanToken(this.#input.value);
  }

  /** @returns {string} why it cannot be sent; empty: it can */
  get problem() {
    return isSendable(this.value) ? "" : "The token has characters that no header can carry.";
  }

  /** @param {string} token */
  set(token) {
    this.#input.value = token;
    this.#changed();
  }

  /**
   * Offers the token of the development key, where the hub is on this machine.
   * @param {URL} hub
   */
  offerDevelopmentToken(hub) {
    if (!canMint || !isLoopback(hub)) return;
    const button = get(`${this.#action}-token-development`, HTMLButtonElement);
    button.addEventListener("click", () => void this.useDevelopmentToken());
    button.hidden = false;
  }

  async useDevelopmentToken() {
    this.set(await mintToken("HS256", DEVELOPMENT_KEY, EVERYTHING));
  }

  #changed = () => {
    this.#show();
    this.#onChange();
  };

  #show = () => {
    const { value } = this;
    const none = this.#action === "publish" ? "None: publishing needs one." : "None: public updates only.";
    const { good, text, claims } = value === ""
      ? { good: this.#action === "subscribe", text: none, claims: null }
      : judgeToken(value, this.#action);
    this.#verdict.dataset.good = String(good);
    // Only what changed: a screen reader says it again otherwise.
    if (this.#shown !== text) this.#verdict.textContent = this.#shown = visible(text);
    this.#claims.hidden = claims === null;
    this.#claims.textContent = claims === null ? "" : visible(JSON.stringify(claims, null, 2));
  };
}

/** @param {URL} url */
export const isLoopback = ({ hostname }) => ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
