// @ts-check

import { cell, get } from "../dom.js";
import { Editor } from "./editor.js";
import { avatar, colorsOf, PRESETS } from "./people.js";

/** @typedef {import("./api.js").Choices} Choices */

/**
 * @typedef {object} Draft a participant of the next discussion
 * @property {string} id empty: the server chooses one
 * @property {string} name
 * @property {string} role a word about a ready-made participant; empty: the user has written the view
 * @property {string} persona
 * @property {string} model empty: the server's choice
 */

const USUAL = 3;
const LONGEST_ROLE = 90;
// UTF-16 units. The server allows no longer name. A discussion that is started again may have one.
const LONGEST_NAME = 60;

/** The choice of participants: the chosen ones as cards, and the others to add. */
export class Cast {
  #list = get("cast", HTMLElement);
  #bench = get("bench", HTMLElement);
  #hint = get("cast-hint", HTMLElement);
  #editor = new Editor();
  /** @type {Draft[]} */ #drafts = PRESETS.slice(0, USUAL).map(toDraft);
  /** @type {{ min: number, max: number }} */ #limits = { min: 2, max: 6 };

  constructor() {
    this.#show();
  }

  /** @param {Choices} choices */
  offer({ models, participants, personaLength }) {
    this.#limits = participants;
    this.#editor.offer(models, personaLength);
    this.#show();
  }

  /** Why these participants cannot discuss, as a sentence. Empty: they can. */
  get problem() {
    const { min, max } = this.#limits;
    if (this.#drafts.length < min) return `Add a participant: a discussion needs at least ${min}.`;
    if (this.#drafts.length > max) return `Remove a participant: at most ${max} can take part.`;
    const long = this.#drafts.find(({ name }) => name.length > LONGEST_NAME);
    return long === undefined ? "" : `Shorten the name “${long.name}” to at most ${LONGEST_NAME} characters.`;
  }

  /** The participants as the server wants them. */
  get participants() {
    return this.#drafts.map(({ id, name, persona, model }) => ({
      ...(id === "" ? {} : { id }), name, ...(persona === "" ? {} : { persona }), ...(model === "" ? {} : { model }),
    }));
  }

  /** @param {readonly { id: string, name: string, persona: string, model: string }[]} participants */
  set(participants) {
    this.#drafts = participants.map(({ id, name, persona, model }) => {
      const preset = PRESETS.find((one) => one.id === id);
      const role = preset?.persona === persona ? preset.role : "";
      return { id: preset === undefined ? "" : id, name, role, persona, model };
    });
    this.#show();
  }

  #show() {
    const focused = this.#buttons.findIndex((button) => button === document.activeElement);
    const colors = colorsOf(this.#drafts);
    this.#list.replaceChildren(...this.#drafts.map((draft, index) => this.#card(draft, colors[index])));
    const { min, max } = this.#limits;
    this.#hint.textContent = `${this.#drafts.length} chosen, ${min} to ${max} can take part`;
    const isFull = this.#drafts.length >= max;
    const free = PRESETS.filter(({ id }) => !this.#drafts.some((draft) => draft.id === id));
    this.#bench.replaceChildren(
      ...free.map((preset) => this.#chip(preset, isFull)),
      this.#button("New participant", "chip chip-new", isFull, () =>
        this.#editor.open(null, (draft) => this.#add(draft))));
    if (focused >= 0) this.#buttons[focused]?.focus({ preventScroll: true });
  }

  get #buttons() {
    return [this.#list, this.#bench].flatMap((part) => [...part.querySelectorAll("button")]);
  }

  /**
   * @param {Draft} draft
   * @param {number} color
   */
  #card(draft, color) {
    const card = cell("li", "person", "");
    card.dataset.color = String(color);
    card.dataset.participant = draft.id;
    const name = cell("strong", "person-name", draft.name);
    name.dir = "auto";
    const words = cell("span", "person-view", draft.role === "" ? short(draft.persona) : draft.role);
    words.title = draft.persona;
    const edit = this.#button("Edit", "copy", false, () =>
      this.#editor.open(draft, (edited) => this.#replace(draft, edited)));
    edit.setAttribute("aria-label", `Edit ${draft.name}`);
    const remove = this.#button("×", "remove", this.#drafts.length <= 1, () => this.#remove(draft));
    remove.setAttribute("aria-label", `Remove ${draft.name}`);
    const about = cell("span", "person-about", "");
    about.append(name, words);
    if (draft.model !== "") about.append(cell("span", "person-model", draft.model));
    card.append(avatar(draft, color), about, edit, remove);
    return card;
  }

  /**
   * @param {import("./people.js").Preset} preset
   * @param {boolean} isFull
   */
  #chip(preset, isFull) {
    const chip = this.#button("", "chip", isFull, () => this.#add(toDraft(preset)));
    const color = PRESETS.indexOf(preset) + 1;
    chip.append(avatar(preset, color), cell("span", "", preset.name), cell("span", "chip-role", preset.role));
    chip.setAttribute("aria-label", `Add ${preset.name}, ${preset.role.toLowerCase()}`);
    chip.title = preset.persona;
    return chip;
  }

  /**
   * @param {string} text
   * @param {string} className
   * @param {boolean} isDisabled
   * @param {() => void} onClick
   */
  #button(text, className, isDisabled, onClick) {
    const button = /** @type {HTMLButtonElement} */ (cell("button", className, text));
    button.type = "button";
    button.disabled = isDisabled;
    button.addEventListener("click", onClick);
    return button;
  }

  /** @param {Draft} draft */
  #add(draft) {
    if (this.#drafts.length >= this.#limits.max) return;
    this.#drafts = [...this.#drafts, draft];
    this.#show();
    this.#focus(this.#drafts.length - 1);
  }

  /**
   * @param {Draft} old
   * @param {Draft} edited
   */
  #replace(old, edited) {
    const role = edited.persona === old.persona ? old.role : "";
    const index = this.#drafts.indexOf(old);
    this.#drafts = this.#drafts.with(index, { ...edited, role });
    this.#show();
    this.#focus(index);
  }

  /** @param {Draft} draft */
  #remove(draft) {
    const index = this.#drafts.indexOf(draft);
    this.#drafts = this.#drafts.filter((one) => one !== draft);
    this.#show();
    this.#focus(Math.min(index, this.#drafts.length - 1));
  }

  // The button that had the keyboard focus is drawn again, and would lose it.
  /** @param {number} index */
  #focus(index) {
    this.#list.children[index]?.querySelector("button")?.focus();
  }
}

/**
 * @param {import("./people.js").Preset} preset
 * @returns {Draft}
 */
function toDraft({ id, name, role, persona }) {
  return { id, name, role, persona, model: "" };
}

/** @param {string} persona */
const short = (persona) =>
  (persona.length > LONGEST_ROLE ? `${persona.slice(0, LONGEST_ROLE - 1).trimEnd()}…` : persona);
