// @ts-check

import { Blocks } from "./blocks.js";
import { cut, LONGEST } from "./inline-text.js";
import { Marks } from "./marks.js";

/**
 * Draws Markdown that arrives in pieces. Finished blocks are drawn once; only the end of the last block is drawn again.
 * The result depends on the text alone, and not on where the pieces begin and end. All text from a participant becomes
 * text nodes.
 */
export class MarkdownStream {
  /** @type {Blocks} */ #blocks;
  /** @type {string[]} */ #rest = [];
  #isMidLine = false;
  #marks = new Marks();

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#blocks = new Blocks(parent, 0);
  }

  /** @param {string} piece */
  append(piece) {
    const lines = this.#marks.limit(piece).split("\n");
    const last = /** @type {string} */ (lines.pop());
    for (const line of lines) {
      this.#rest.push(line);
      this.#line(this.#take(), true);
    }
    this.#rest.push(last);
    this.#line(this.#take(), false);
  }

  /** Draws what has been appended. */
  draw() {
    const rest = this.#take();
    this.#rest.push(rest);
    if (this.#isMidLine) this.#blocks.draftMore(rest);
    else this.#blocks.draft(rest);
  }

  /** Draws the whole text: no more follows. */
  finish() {
    this.#line(this.#take(), true);
    this.#blocks.close();
  }

  #take() {
    return this.#rest.splice(0).join("");
  }

  /**
   * @param {string} line
   * @param {boolean} isWhole
   */
  #line(line, isWhole) {
    let rest = line;
    while (rest.length > LONGEST) {
      const end = cut(rest);
      this.#put(rest.slice(0, end));
      this.#isMidLine = true;
      rest = rest.slice(end);
    }
    if (isWhole) {
      this.#put(rest.replace(/\r$/, ""));
      this.#isMidLine = false;
    } else {
      this.#rest.push(rest);
    }
  }

  /** @param {string} text */
  #put(text) {
    if (this.#isMidLine) this.#blocks.more(text);
    else this.#blocks.take(text);
  }
}
