// @ts-check

import { get } from "./dom.js";
import { visible } from "./text.js";
import { canMint, cleanToken, developmentToken, isSendable } from "./token.js";
import { judgeToken } from "./token-verdict.js";

/** @typedef {import("./protocol.js").Protocol} Protocol */
/** @typedef {import("./token-verdict.js").Action} Action */

// A token can expire while the page is open: judge it again this often.
const LOOK_EVERY = 5_000;

/** The field for a token, with a verdict and the token's claims. The token is kept in the field only, never stored. */
export class TokenField {
  /** @type {URL} */ #hub;
  /** @type {Action} */ #action;
  /** @type {HTMLTextAreaElement} */ #input;
  /** @type {HTMLElement} */ #verdict;
  /** @type {HTMLElement} */ #claims;
  /** @type {() => void} */ #onChange;
  #shown = "";
  /** @type {Protocol} */ #protocol = "1.0";
  #development = "";

  /**
   * @param {URL} hub
   * @param {Action} action what the token is for; the ids of the elements begin with this word
   * @param {() => void} onChange
   */
  constructor(hub, action, onChange) {
    this.#hub = hub;
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

  /** The token, without what people paste around it. Empty: none. */
  get value() {
    return cleanToken(this.#input.value);
  }

  /** Why the token cannot be sent, as a sentence. Empty: it can be sent. */
  get problem() {
    if (isSendable(this.value)) return "";
    return "The token contains characters that an HTTP header cannot carry. Copy it again, or clear it.";
  }

  /** @param {string} token */
  set(token) {
    this.#input.value = token;
    this.#changed();
  }

  /** Opens the section with the field, for a user who needs a token. */
  open() {
    const section = this.#input.closest("details");
    if (section !== null) section.open = true;
  }

  /** Shows the button that fills in a token signed with the development key, if the hub is on this machine. */
  offerDevelopmentToken() {
    if (!canMint || !isLoopback(this.#hub)) return;
    const button = get(`${this.#action}-token-development`, HTMLButtonElement);
    button.addEventListener("click", () => void this.useDevelopmentToken());
    button.hidden = false;
  }

  /** @returns {Promise<void>} */
  async useDevelopmentToken() {
    const protocol = this.#protocol;
    const token = await developmentToken(protocol, this.#hub);
    // The user selected the other protocol while the browser was signing.
    if (protocol !== this.#protocol) return this.useDevelopmentToken();
    this.#development = token;
    this.set(token);
  }

  /**
   * Selects the protocol of development tokens, and replaces one that is in the field. Other tokens stay.
   * @param {Protocol} protocol
   */
  async speak(protocol) {
    if (this.#protocol === protocol) return;
    this.#protocol = protocol;
    if (this.#development !== "" && this.value === this.#development) await this.useDevelopmentToken();
  }

  #changed = () => {
    this.#show();
    this.#onChange();
  };

  #show = () => {
    const { value } = this;
    const none = this.#action === "publish" ? "No token: paste one to publish." : "No token: public updates only.";
    const { good, text, claims } = value === ""
      ? { good: this.#action === "subscribe", text: none, claims: null }
      : judgeToken(value, this.#action, this.#hub);
    this.#verdict.dataset.good = String(good);
    // A screen reader reads a text again each time that it is set, even if it did not change.
    if (this.#shown !== text) this.#verdict.textContent = this.#shown = visible(text);
    this.#claims.hidden = claims === null;
    this.#claims.textContent = claims === null ? "" : visible(JSON.stringify(claims, null, 2));
  };
}

/** @param {URL} url */
export const isLoopback = ({ hostname }) => ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
