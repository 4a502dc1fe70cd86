// @ts-check

import { cell } from "./dom.js";
import { brief } from "./text.js";

const NONE = "—";

/** Counts and shows the numbers of a stream since it was started. */
export class Facts {
  #elements;
  #running = false;
  #lastEventId = "";
  #messages = 0;
  #reconnections = 0;
  #startedAt = 0;
  #openedAt = 0;
  #lastAt = 0;

  /**
   * @param {HTMLElement} list the `dl` to fill
   * @param {string} counted the label of the counter of events
   */
  constructor(list, counted) {
    this.#elements = {
      lastEventId: fact(list, "last-event-id", "Last event id"),
      messages: fact(list, "message-count", counted),
      reconnections: fact(list, "reconnect-count", "Reconnections"),
      openTime: fact(list, "open-time", "Opened in"),
      sinceLast: fact(list, "since-last", "Since last"),
    };
    this.#show();
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
   * Shows the id after which the stream resumes from now on; the id came with an event or alone.
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
    // While the stream runs, keep the last id: the stream resumes after it.
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
    lastEventId.textContent = brief(this.#lastEventId) || NONE;
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

/**
 * @param {HTMLElement} list
 * @param {string} id
 * @param {string} name
 */
function fact(list, id, name) {
  const value = cell("dd", "", "");
  value.id = id;
  const group = document.createElement("div");
  group.append(cell("dt", "", name), value);
  list.append(group);
  return value;
}
