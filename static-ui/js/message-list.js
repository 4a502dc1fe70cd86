// @ts-check

import { cell, timeCell } from "./dom.js";

/**
 * @typedef {object} Entry
 * @property {"message" | "open" | "error" | "close"} event
 * @property {string} text
 * @property {string} [id]
 * @property {Date} [time]
 */

const NEAR_BOTTOM = 12;

/** A scrolling log of what arrives, newest last. */
export class MessageList {
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLElement} */ #scroller;
  /** @type {number} */ #cap;

  /**
   * @param {HTMLElement} list its parent is what scrolls
   * @param {{ cap?: number }} [options]
   */
  constructor(list, { cap = 500 } = {}) {
    this.#list = list;
    this.#scroller = list.parentElement ?? list;
    this.#cap = cap;
  }

  get size() {
    return this.#list.childElementCount;
  }

  /** @param {Entry} entry */
  add({ event, text, id = "", time = new Date() }) {
    const row = document.createElement("li");
    row.dataset.event = event;
    if (id !== "") row.dataset.id = id;
    const label = event === "message" ? id : event;
    row.append(timeCell(time), cell("span", "row-id", label), cell("span", "row-data", text));
    this.append(row);
  }

  /** @param {HTMLElement[]} rows oldest first; together, because each call measures the page */
  append(...rows) {
    // Measured before the rows exist: afterwards nobody is at the bottom any more.
    const follow = this.#atBottom();
    this.#list.append(...rows);
    while (this.size > this.#cap) this.#list.firstElementChild?.remove();
    if (follow) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  clear() {
    this.#list.replaceChildren();
  }

  // Someone who scrolled up is reading; new rows must not carry the text away.
  #atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight <= NEAR_BOTTOM;
  }
}
