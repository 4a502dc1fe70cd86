// @ts-check

import { CROWDED } from "./connections.js";

/** @typedef {import("./event-stream.js").StreamState} StreamState */
/** @typedef {import("./timeline.js").Timeline} Timeline */

/**
 * @typedef {object} StreamElements
 * @property {HTMLElement} state
 * @property {HTMLElement} crowded hidden while the browser has a connection for the stream
 * @property {HTMLButtonElement} start
 * @property {HTMLButtonElement} stop
 */

/** @type {Record<StreamState, string>} */
const NAMES = { closed: "Closed", connecting: "Connecting", live: "Live", reconnecting: "Reconnecting" };

/** The state of a stream, wherever the page shows it. */
export class StreamView {
  /** @type {StreamElements} */ #elements;
  /** @type {Timeline} */ #timeline;
  #pageTitle = document.title;

  /**
   * @param {StreamElements} elements
   * @param {Timeline} timeline
   */
  constructor(elements, timeline) {
    this.#elements = elements;
    this.#timeline = timeline;
  }

  /** @param {StreamState} now */
  show(now) {
    const { state, start, stop } = this.#elements;
    this.#timeline.setState(now);
    if (state.dataset.state !== now) {
      state.dataset.state = now;
      state.textContent = NAMES[now];
      this.showCrowded(false);
    }
    document.title = now === "closed" ? this.#pageTitle : `${NAMES[now]} · ${this.#pageTitle}`;
    const focused = document.activeElement;
    start.disabled = now !== "closed";
    stop.disabled = now === "closed";
    // A disabled button drops the keyboard's focus; its counterpart is what comes next.
    if (focused === start && start.disabled) stop.focus();
    if (focused === stop && stop.disabled) start.focus();
  }

  /** @param {boolean} isCrowded */
  showCrowded(isCrowded) {
    const { crowded } = this.#elements;
    if (crowded.hidden === !isCrowded) return;
    // An alert is read out when its text comes, not when it is shown.
    crowded.hidden = !isCrowded;
    crowded.textContent = isCrowded ? CROWDED : "";
  }
}
