// @ts-check

import { parseInline } from "./inline.js";

// Characters of a paragraph or line that are parsed together. A longer text is cut at a space, so that drawing its end
// again costs the same however long it is. Emphasis does not cross a cut.
export const LONGEST = 2_000;

/** The text of a paragraph or heading. */
export class InlineText {
  #element;
  #source = "";
  // The nodes before this index are final.
  #settled = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} text */
  append(text) {
    this.#source += text;
    while (this.#source.length > LONGEST) {
      const end = cut(this.#source);
      this.#show(this.#source.slice(0, end), false);
      this.#settled = this.#element.childNodes.length;
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
    while (this.#element.childNodes.length > this.#settled) this.#element.lastChild?.remove();
    this.#element.append(...parseInline(source, isGrowing));
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
