// @ts-check

/**
 * @typedef {object} FactElements
 * @property {HTMLElement} lastEventId
 * @property {HTMLElement} messages
 * @property {HTMLElement} reconnections
 * @property {HTMLElement} openTime
 * @property {HTMLElement} sinceLast
 */

const NONE = "—";

/** The numbers of one run, and where they are shown. */
export class Facts {
  /** @type {FactElements} */ #elements;
  #running = false;
  #lastEventId = "";
  #messages = 0;
  #reconnections = 0;
  #startedAt = 0;
  #openedAt = 0;
  #lastAt = 0;

  /** @param {FactElements} elements */
  constructor(elements) {
    this.#elements = elements;
    setInterval(this.#showSilence, 1_000);
  }

  get lastEventId() {
    return this.#lastEventId;
  }

  get everOpened() {
    return this.#openedAt !== 0;
  }

  start() {
    this.#reset();
    this.#running = true;
    this.#startedAt = performance.now();
    this.#show();
  }

  opened() {
    this.#running = true;
    if (this.everOpened) this.#reconnections++;
    else this.#openedAt = performance.now();
    this.#show();
  }

  /** @param {string} lastEventId */
  received(lastEventId) {
    this.#messages++;
    this.#lastAt = performance.now();
    this.movedOn(lastEventId);
  }

  /**
   * The stream resumes after another id, which came with an event or alone.
   * @param {string} lastEventId
   */
  movedOn(lastEventId) {
    this.#lastEventId = lastEventId;
    this.#show();
  }

  ended() {
    this.#running = false;
    this.#showSilence();
  }

  clear() {
    // While it runs, the last id is still where a reconnection resumes.
    if (this.#running) this.#messages = this.#reconnections = 0;
    else this.#reset();
    this.#show();
  }

  #reset() {
    this.#lastEventId = "";
    this.#messages = this.#reconnections = 0;
    this.#startedAt = this.#openedAt = this.#lastAt = 0;
  }

  #show() {
    const { lastEventId, messages, reconnections, openTime } = this.#elements;
    lastEventId.textContent = this.#lastEventId || NONE;
    messages.textContent = String(this.#messages);
    reconnections.textContent = String(this.#reconnections);
    openTime.textContent = this.everOpened ? `${Math.round(this.#openedAt - this.#startedAt)} ms` : NONE;
    this.#showSilence();
  }

  #showSilence = () => {
    const known = this.#running && this.#lastAt !== 0;
    const text = known ? `${Math.floor((performance.now() - this.#lastAt) / 1000)} s` : NONE;
    if (this.#elements.sinceLast.textContent !== text) this.#elements.sinceLast.textContent = text;
  };
}
