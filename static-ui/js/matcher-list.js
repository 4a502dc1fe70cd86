// @ts-check

import { get } from "./dom.js";

/** @typedef {import("./protocol.js").Matcher} Matcher */

const FIRST = "subscribe-topics";

/** The list of matchers in the form: each row has a kind, a value, and a button that removes the row. */
export class MatcherList {
  #rows = get("subscribe-matchers", HTMLElement);
  #template = get("matcher-row", HTMLTemplateElement);
  #add = get("add-matcher", HTMLButtonElement);
  #onChange;

  /** @param {() => void} onChange called after a row was added or removed; the form reports input */
  constructor(onChange) {
    this.#onChange = onChange;
    this.#add.addEventListener("click", () => {
      this.#append("match", "").focus();
      onChange();
    });
  }

  /** The matchers, without empty ones. */
  get matchers() {
    return [...this.#rows.children].map(readRow).filter(([, value]) => value !== "");
  }

  /** @param {Matcher[]} matchers at least one */
  set matchers(matchers) {
    this.#rows.replaceChildren();
    for (const [name, value] of matchers) this.#append(name, value);
  }

  /**
   * @param {Matcher[0]} name
   * @param {string} value
   */
  #append(name, value) {
    const row = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true)).firstElementChild;
    if (row === null) throw new Error("The template of a matcher is empty");
    const { kind, input, remove } = parts(row);
    kind.value = name;
    input.value = value;
    remove.addEventListener("click", () => {
      row.remove();
      this.#renumber();
      this.#add.focus();
      this.#onChange();
    });
    this.#rows.append(row);
    this.#renumber();
    return input;
  }

  // The labels are heard only, so that a screen reader can tell the rows apart. The label that is seen belongs to the
  // first row, which cannot be removed while it is the only one.
  #renumber() {
    for (const [index, row] of [...this.#rows.children].entries()) {
      const { kind, input, remove } = parts(row);
      kind.ariaLabel = `Kind of matcher ${index + 1}`;
      input.id = index === 0 ? FIRST : `${FIRST}-${index + 1}`;
      input.ariaLabel = `Topic or pattern of matcher ${index + 1}`;
      remove.ariaLabel = `Remove matcher ${index + 1}`;
      remove.hidden = this.#rows.childElementCount === 1;
    }
  }
}

/**
 * @param {Element} row
 * @returns {Matcher}
 */
function readRow(row) {
  const { kind, input } = parts(row);
  return [kind.value === "match_urlpattern" ? "match_urlpattern" : "match", input.value.trim()];
}

/** @param {Element} row */
function parts(row) {
  const [kind, input, remove] = ["select", "input", "button"].map((name) => row.querySelector(name));
  return {
    kind: /** @type {HTMLSelectElement} */ (kind),
    input: /** @type {HTMLInputElement} */ (input),
    remove: /** @type {HTMLButtonElement} */ (remove),
  };
}
