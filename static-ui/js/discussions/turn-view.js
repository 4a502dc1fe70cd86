// @ts-check

import { cell } from "../dom.js";
import { MarkdownStream } from "./markdown.js";
import { avatar } from "./people.js";
import { explain } from "./words.js";

/** @typedef {import("./turn.js").Turn} Turn */

// Characters. A bubble that has a few lines does not become wider, so the browser need not measure all its words.
const WIDE = 300;

/** One turn in the conversation: who speaks, and what they say. */
export class TurnView {
  element = document.createElement("article");
  #body = cell("div", "words", "");
  #note = cell("p", "turn-note", "");
  /** @type {MarkdownStream} */ #markdown;
  /** @type {Turn} */ #turn;
  #revision;
  #shown = 0;
  #isFinished = false;

  /**
   * @param {Turn} turn
   * @param {string} name
   * @param {number} color
   */
  constructor(turn, name, color) {
    this.#turn = turn;
    this.#revision = turn.revision;
    const title = cell("h2", "turn-title", "");
    title.id = `turn-${turn.number}`;
    const speaker = cell("span", "speaker", name);
    speaker.dir = "auto";
    title.append(speaker, cell("span", "turn-number", `Turn ${turn.number}`));
    this.element.className = "turn";
    this.element.dataset.turn = String(turn.number);
    this.element.dataset.participant = turn.participant;
    this.element.dataset.color = String(color);
    this.element.setAttribute("aria-labelledby", title.id);
    this.#note.hidden = true;
    const bubble = cell("div", "bubble", "");
    bubble.append(this.#body, this.#note);
    this.element.append(avatar({ name }, color), title, bubble);
    this.#markdown = new MarkdownStream(this.#body);
  }

  get turn() {
    return this.#turn;
  }

  /**
   * Draws what has changed since the last call.
   * @param {Turn} turn
   * @param {boolean} isSpeaking
   * @param {number} deadline when to stop drawing the text
   * @returns {boolean} whether the whole text is drawn
   */
  draw(turn, isSpeaking, deadline) {
    const isReplaced = turn.revision !== this.#revision || this.#shown > turn.pieces.length
      || (this.#isFinished && this.#shown < turn.pieces.length);
    if (isReplaced) this.#reset(turn.revision);
    this.#turn = turn;
    const hasMore = this.#shown < turn.pieces.length;
    while (this.#shown < turn.pieces.length) {
      this.#markdown.append(turn.pieces[this.#shown++]);
      if (performance.now() > deadline) break;
    }
    const isWhole = this.#shown === turn.pieces.length;
    if (isWhole && !turn.isOpen && !this.#isFinished) {
      this.#markdown.finish();
      this.#isFinished = true;
    } else if (hasMore) {
      this.#markdown.draw();
    }
    this.#show(turn, isSpeaking);
    return isWhole;
  }

  /** @param {number} revision */
  #reset(revision) {
    this.#body.replaceChildren();
    this.#markdown = new MarkdownStream(this.#body);
    this.#revision = revision;
    this.#shown = 0;
    this.#isFinished = false;
  }

  /**
   * @param {Turn} turn
   * @param {boolean} isSpeaking
   */
  #show(turn, isSpeaking) {
    const { dataset } = this.element;
    const state = isSpeaking ? (turn.length === 0 ? "thinking" : "speaking") : "done";
    if (dataset.state !== state) {
      dataset.state = state;
      this.element.setAttribute("aria-busy", String(isSpeaking));
    }
    this.element.toggleAttribute("data-wide", turn.length > WIDE);
    const note = noteOf(turn);
    if (this.#note.textContent !== note) this.#note.textContent = note;
    this.#note.hidden = note === "";
  }
}

/** @param {Turn} turn */
function noteOf({ finish, restart, isOpen }) {
  if (finish === "length") return "Cut off: the turn reached its limit of tokens, length or time.";
  if (finish === "content_filter") return "Cut off: a content filter of the model’s server stopped it.";
  if (finish === "cancelled") return "Cut off: somebody pressed Stop.";
  if (restart === "" || !isOpen) return "";
  return `This turn began again. ${restart === "restarted" ? "" : explain(restart)}`.trim();
}
