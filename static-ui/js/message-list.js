// @ts-check

/**
 * @typedef {object} Entry
 * @property {"message" | "open" | "error" | "close"} event
 * @property {string} text
 * @property {string} [id]
 * @property {Date} [time]
 */

const NEAR_BOTTOM = 12;

/** @param {Date} time */
const clock = (time) => {
  /** @param {number} value @param {number} width */
  const pad = (value, width) => String(value).padStart(width, "0");
  const hms = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => pad(part, 2));
  return `${hms.join(":")}.${pad(time.getMilliseconds(), 3)}`;
};

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} text
 */
const cell = (tag, className, text) => {
  const element = document.createElement(tag);
  element.className = className;
  // What a server sends is never markup.
  element.textContent = text;
  return element;
};

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
    const stamp = cell("time", "row-time", clock(time));
    stamp.setAttribute("datetime", time.toISOString());
    const label = event === "message" ? id : event;
    row.append(stamp, cell("span", "row-id", label), cell("span", "row-data", text));

    // Measured before the row exists: afterwards nobody is at the bottom any more.
    const follow = this.#atBottom();
    this.#list.append(row);
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
