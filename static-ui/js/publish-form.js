// @ts-check

import { get } from "./dom.js";
import { describe } from "./problem.js";
import { publish } from "./publish.js";
import { duration, visible } from "./text.js";
import { TokenField } from "./token-field.js";

/** @typedef {import("./commands.js").Update} Update */
/** @typedef {import("./publications.js").Publication} Publication */

/** Said when a request to the hub fails; a browser does not tell a page why. Without a full stop. */
export const NO_ANSWER = "No answer: check that the hub runs, and that Cors:AllowedOrigins has this page’s origin";

/** @param {string} text */
export const lines = (text) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");

/** The form that publishes an update. */
export class PublishForm {
  #hub;
  #onPublished;
  #form = get("publish", HTMLFormElement);
  #button = get("publish-button", HTMLButtonElement);
  #topics = get("publish-topics", HTMLTextAreaElement);
  #data = get("publish-data", HTMLTextAreaElement);
  #type = get("publish-type", HTMLInputElement);
  #id = get("publish-id", HTMLInputElement);
  #retry = get("publish-retry", HTMLInputElement);
  #private = get("publish-private", HTMLInputElement);
  #result = get("publish-result", HTMLElement);

  /**
   * @param {URL} hub
   * @param {() => void} onChange
   * @param {(id: string, publication: Publication) => void} onPublished
   */
  constructor(hub, onChange, onPublished) {
    this.#hub = hub;
    this.#onPublished = onPublished;
    this.token = new TokenField(hub, "publish", onChange);
    this.#form.addEventListener("input", onChange);
    this.#form.addEventListener("submit", this.#submit);
  }

  /** @returns {Update} */
  get update() {
    return {
      topics: lines(this.#topics.value),
      data: this.#data.value,
      isPrivate: this.#private.checked,
      id: this.#id.value,
      type: this.#type.value,
      retry: this.#retry.value.trim(),
    };
  }

  /** @param {Event} event */
  #submit = async (event) => {
    event.preventDefault();
    const { update, token } = this;
    if (token.problem !== "") return this.#say(false, token.problem);
    // A second request before the first answer would mix up the two results.
    if (this.#button.getAttribute("aria-disabled") === "true") return;
    this.#button.setAttribute("aria-disabled", "true");
    const sentAt = performance.now();
    const result = await publish(this.#hub, update, token.value);
    const took = duration(performance.now() - sentAt);
    this.#button.removeAttribute("aria-disabled");
    if (result === null) {
      this.#say(false, `${NO_ANSWER}.`);
    } else if ("id" in result) {
      this.#say(true, `Published in ${took} as `, result.id);
      this.#onPublished(result.id, { topics: update.topics, isPrivate: update.isPrivate, sentAt });
    } else {
      this.#say(false, `Not published. The hub answered ${describe(result)}.`);
    }
  };

  /**
   * @param {boolean} good
   * @param {string} text
   * @param {string} [id]
   */
  #say(good, text, id) {
    this.#result.dataset.good = String(good);
    this.#result.textContent = visible(text);
    if (id === undefined) return;
    const code = document.createElement("code");
    code.textContent = visible(id);
    this.#result.append(code);
  }
}
