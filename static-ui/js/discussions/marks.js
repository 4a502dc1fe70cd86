// @ts-check

// As in the stream-safe text of Unicode (UAX #15): no language needs more.
const MOST = 30;
const MARK = /^\p{M}$/u;
const ANY_MARK = /\p{M}/u;

/**
 * Removes combining marks that follow many others, from a text that arrives in pieces. A tower of marks would cover
 * what others have said, and browsers need long to draw it.
 */
export class Marks {
  #inARow = 0;

  /** @param {string} piece */
  limit(piece) {
    if (!ANY_MARK.test(piece)) {
      if (piece !== "") this.#inARow = 0;
      return piece;
    }
    let kept = "";
    for (const character of piece) {
      this.#inARow = MARK.test(character) ? this.#inARow + 1 : 0;
      if (this.#inARow <= MOST) kept += character;
    }
    return kept;
  }
}
