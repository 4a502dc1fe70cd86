// @ts-check

import { parseInline } from "./inline.js";

// Characters of a paragraph or line that are parsed together. A longer text is cut at a space, so that drawing its end
// again costs the same however long it is. Emphasis does not cross a cut.
export const LONGEST = 1_000;
const MOST_CUTS = 6;

/** The text of a paragraph or heading. */
export class InlineText {
  #element;
  #source = "";
  #cuts = 0;
  /** @type {ChildNode[]} the nodes of the source; the nodes before them are final */ #nodes = [];

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** Whether the text is so long that the rest belongs into a new paragraph: a browser lays out a whole one at once. */
  get isFull() {
    return this.#cuts >= MOST_CUTS;
  }

  /** @param {string} text */
  append(text) {
    this.#source += text;
    while (this.#source.length > LONGEST) {
      const end = cut(this.#source);
      this.#show(this.#source.slice(0, end), false);
      this.#nodes = [];
      this.#cuts++;
      this.#source = this.#source.slice(end);
    }
  }

  /** @param {string} draft follows the text, until the next call */
  draw(draft) {
    this.#show(this.#source + draft, true);
  }

  close() {
    this.#show(this.#source, false);
  }

  /**
   * @param {string} source
   * @param {boolean} isGrowing
   */
  #show(source, isGrowing) {
    for (const node of this.#nodes) node.remove();
    this.#nodes = parseInline(source, isGrowing);
    this.#element.append(...this.#nodes);
  }
}

/**
 * Where to cut a long text: after the last space, else between two characters.
 * @param {string} text
 */
export function cut(text) {
  const space = text.lastIndexOf(" ", LONGEST - 1);
  if (space > 0) return space + 1;
  return /[\ud800-\udbff]/.test(text[LONGEST - 1]) ? LONGEST - 1 : LONGEST;
}
