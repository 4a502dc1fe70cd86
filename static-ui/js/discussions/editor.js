// @ts-check

import { get } from "../dom.js";
import { isBlank } from "../text.js";

/** @typedef {import("./cast.js").Draft} Draft */

// The name of participants that no model speaks for.
const SCRIPTED = "scripted";

/** The dialog in which the user writes a participant's name and view. */
export class Editor {
  #dialog = get("editor", HTMLDialogElement);
  #title = get("editor-title", HTMLElement);
  #name = get("editor-name", HTMLInputElement);
  #persona = get("editor-persona", HTMLTextAreaElement);
  #model = get("editor-model", HTMLSelectElement);
  #problem = get("editor-problem", HTMLElement);
  /** @type {(draft: Draft) => void} */ #onSave = () => {};
  /** @type {Draft | null} */ #draft = null;

  constructor() {
    get("editor-form", HTMLFormElement).addEventListener("submit", this.#save);
    get("editor-cancel", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    // A click on the dialog itself is a click beside its form.
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
  }

  /**
   * @param {readonly string[]} models the participants' choices, the usual one first. The user need not choose from one
   * @param {number} personaLength
   */
  offer(models, personaLength) {
    this.#persona.maxLength = personaLength;
    get("editor-model-field", HTMLElement).hidden = models.length <= 1;
    const usual = new Option(`${models[0] ?? ""} (usual)`, "");
    const others = models.slice(1).map((name) => new Option(name === SCRIPTED ? `${name}: no model` : name, name));
    this.#model.replaceChildren(usual, ...others);
  }

  /**
   * @param {Draft | null} draft null: a new participant
   * @param {(draft: Draft) => void} onSave
   */
  open(draft, onSave) {
    this.#draft = draft;
    this.#onSave = onSave;
    this.#title.textContent = draft === null ? "New participant" : `Edit ${draft.name}`;
    this.#name.value = draft?.name ?? "";
    this.#persona.value = draft?.persona ?? "";
    this.#model.value = draft?.model ?? "";
    // The first model has the value "", like a model that the server no longer has.
    if (this.#model.selectedIndex < 0) this.#model.value = "";
    this.#problem.textContent = "";
    this.#dialog.showModal();
    this.#name.select();
  }

  /** @param {Event} event */
  #save = (event) => {
    event.preventDefault();
    const name = this.#name.value.trim();
    if (isBlank(name)) {
      this.#problem.textContent = "Enter a name.";
      this.#name.focus();
      return;
    }
    const persona = this.#persona.value.trim();
    this.#dialog.close();
    this.#onSave({ id: this.#draft?.id ?? "", name, role: "", persona, model: this.#model.value });
  };
}
