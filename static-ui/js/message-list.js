// @ts-check

import { cell, timeCell } from "./dom.js";
import { brief } from "./text.js";

/**
 * @typedef {object} Entry
 * @property {"message" | "open" | "error" | "close"} event
 * @property {string} text
 * @property {string} [id]
 * @property {Date} [time]
 */

const NEAR_BOTTOM = 12;
// The list keeps 500 rows: together they must not fill the memory, and the layout of one must not stop the page.
const MOST_CHARS = 10_000;

/** A scrolling list of rows, the newest last. The oldest rows beyond the cap are removed. */
export class MessageList {
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLElement} */ #scroller;
  /** @type {number} */ #cap;

  /**
   * @param {HTMLElement} list the list; its parent element scrolls
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
    const label = event === "message" ? brief(id) : event;
    row.append(timeCell(time), cell("span", "row-id", label), cell("span", "row-data", shown(text)));
    this.append(row);
  }

  /**
   * @param {HTMLElement[]} rows oldest first. Pass many rows in one call: each call measures the layout, which is slow.
   */
  append(...rows) {
    // Measure before adding the rows: after that, the scroll position is no longer at the bottom.
    const follow = this.#atBottom();
    this.#list.append(...rows);
    while (this.size > this.#cap) this.#list.firstElementChild?.remove();
    if (follow) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  clear() {
    this.#list.replaceChildren();
  }

  // A user who scrolled up is reading: new rows must not scroll the text away.
  #atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight <= NEAR_BOTTOM;
  }
}

/** @param {string} text */
function shown(text) {
  if (text.length <= MOST_CHARS) return brief(text, MOST_CHARS);
  const [most, total] = [MOST_CHARS, text.length].map((count) => count.toLocaleString("en"));
  return `${brief(text, MOST_CHARS)} (the first ${most} of ${total} characters)`;
}
