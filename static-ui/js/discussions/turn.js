// @ts-check

/** @typedef {{ input: number, output: number }} Usage tokens */

// UTF-16 units. A transcript has the whole text of a turn at once. In pieces, it can be drawn bit by bit.
const LONGEST_PIECE = 2_000;

/** What one participant says in one turn. */
export class Turn {
  /** @type {string[]} the text, as it arrived: a view remembers how many pieces it has shown. No piece is long */
  pieces = [];
  #length = 0;
  /** Changes when the text changes in another way than by growing. */
  revision = 0;
  /** `stop`, `length` or `cancelled`. Empty: the participant is still speaking. */
  finish = "";
  /** Why the turn was generated again. Empty: it was not. */
  restart = "";
  /** @type {Usage | null} */
  usage = null;

  /**
   * @param {number} number from 1
   * @param {number} attempt
   * @param {string} participant the id
   */
  constructor(number, attempt, participant) {
    this.number = number;
    this.attempt = attempt;
    this.participant = participant;
  }

  /** In UTF-16 units. */
  get length() {
    return this.#length;
  }

  get text() {
    return this.pieces.join("");
  }

  get isOpen() {
    return this.finish === "";
  }

  /** @param {string} text */
  append(text) {
    for (let at = 0; at < text.length; at += LONGEST_PIECE) this.pieces.push(text.slice(at, at + LONGEST_PIECE));
    this.#length += text.length;
  }

  /** @param {string} whole */
  replace(whole) {
    if (whole.length === this.#length && whole === this.text) return;
    this.revision++;
    this.pieces = [];
    this.#length = 0;
    this.append(whole);
  }
}
