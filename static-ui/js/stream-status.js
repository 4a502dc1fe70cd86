// @ts-check

import { CROWDED } from "./connections.js";
import { cell, get } from "./dom.js";
import { Facts } from "./facts.js";
import { describe } from "./problem.js";
import { brief, duration } from "./text.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./problem.js").Refusal} Refusal */
/** @typedef {import("./timeline-shapes.js").MarkKind} MarkKind */

/**
 * - `connecting`: the stream was started and is not open yet; `live`: the stream is open
 * - `reconnecting`: the stream lost its connection, or got none, and tries again
 * - `closed`: the stream does nothing until it is started or resumed
 * @typedef {"closed" | "connecting" | "live" | "reconnecting"} StreamState
 */

/**
 * Why a stream is closed.
 * - `server`: the server sent its last event; `finished`: the server has nothing more to send and answered 204
 * - `you`: the user stopped the stream; `page`: the user left the page, or the browser froze the page
 * - a Refusal: the server refused the stream with a status at which asking again does not help
 * @typedef {"server" | "finished" | "you" | "page" | Refusal} CloseReason
 */

/**
 * @typedef {object} StatusOptions
 * @property {string} peer the name of the server in the texts of the page, such as `hub`
 * @property {string} counted the label of the counter of events
 * @property {string} [invitation] shown before the first run
 * @property {HTMLButtonElement} start
 * @property {HTMLButtonElement} stop
 */

const MOST_CHARS = 600;

/** @type {Record<StreamState | "refused", string>} */
const NAMES = {
  closed: "Closed",
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  refused: "Refused",
};

/**
 * Shows the state of a page's stream: its name, a notice, the facts, the timeline, the page's title and the two
 * buttons. The page must have elements with the ids `status`, `crowded`, `timeline` and `facts`.
 */
export class StreamStatus {
  #peer;
  #start;
  #stop;
  #facts;
  #timeline = new Timeline(get("timeline", SVGSVGElement));
  #state = cell("p", "state", "");
  #notice = cell("p", "notice", "");
  #crowded = get("crowded", HTMLElement);
  #pageTitle = document.title;
  #isReopened = false;

  /** @param {StatusOptions} options */
  constructor({ peer, counted, invitation = "", start, stop }) {
    this.#peer = peer;
    this.#start = start;
    this.#stop = stop;
    this.#facts = new Facts(get("facts", HTMLElement), counted);
    this.#state.id = "state";
    this.#state.setAttribute("role", "status");
    this.#notice.id = "notice";
    this.#notice.setAttribute("aria-live", "polite");
    get("status", HTMLElement).append(this.#state, this.#notice);
    this.#show("closed");
    this.say(invitation);
  }

  /** The id after which the stream resumes. Empty: none. */
  get lastEventId() {
    return this.#facts.lastEventId;
  }

  /** Whether the stream has been open at least once since it was started. */
  get everOpened() {
    return this.#facts.everOpened;
  }

  /** Whether the stream had been open before the latest connection opened. */
  get isReopened() {
    return this.#isReopened;
  }

  /**
   * @param {StreamState} now
   * @param {CloseReason | null} reason null: the stream is not closed
   */
  enter(now, reason) {
    if (now === "connecting") {
      this.#facts.start();
      this.say("");
    } else if (now === "live") {
      this.#isReopened = this.#facts.everOpened;
      this.#facts.opened();
    } else if (reason !== null) {
      this.#facts.ended();
      this.say(this.closing(reason));
    }
    this.#timeline.setState(now);
    this.#show(isRefusal(reason) ? "refused" : now);
    this.#switchButtons(now === "closed");
  }

  /**
   * @param {CloseReason} reason
   * @returns {string} a sentence
   */
  closing(reason) {
    switch (reason) {
      case "server":
        return `The ${this.#peer} ended the stream.`;
      case "finished":
        return `The ${this.#peer} has nothing more to send: it answered 204.`;
      case "you":
        return "You closed the stream.";
      case "page":
        return "The stream is closed while you are away from this page. It resumes when you come back.";
      default:
        return `The ${this.#peer} answered ${describe(reason)}.`;
    }
  }

  /**
   * Counts an event.
   * @param {string} lastEventId the id after which the stream resumes from now on
   */
  received(lastEventId) {
    this.#facts.received(lastEventId);
  }

  /**
   * Shows an id that came without an event.
   * @param {string} lastEventId the id after which the stream resumes from now on
   */
  movedOn(lastEventId) {
    this.#facts.movedOn(lastEventId);
  }

  /**
   * Says that the stream has no connection, and when it asks for the next one.
   * @param {string} cause without a full stop
   * @param {number} delay ms until the next attempt
   */
  retrying(cause, delay) {
    this.say(`${cause}. Reconnecting in ${duration(delay)}${this.#resumption}.`);
  }

  /**
   * Says that the stream's request has no answer yet.
   * @param {boolean} isCrowded whether the browser has no free connection for the request
   */
  waiting(isCrowded) {
    this.#showCrowded(isCrowded);
    const answer = `the ${this.#peer}’s answer${this.#resumption}`;
    this.say(`Waiting for ${isCrowded ? "a free connection" : answer}.`);
  }

  /** @param {string} text the notice beside the state; it replaces the last one */
  say(text) {
    // Parts of a text may come from a server.
    this.#notice.textContent = brief(text, MOST_CHARS);
  }

  /**
   * @param {MarkKind} kind of the mark on the timeline
   * @param {string} [label]
   */
  mark(kind, label) {
    this.#timeline.mark(kind, label);
  }

  /** Clears the timeline and the facts, but not the state, and not the id after which an open stream resumes. */
  clear() {
    this.#timeline.clear();
    this.#facts.clear();
  }

  /** Moves the keyboard focus to the button that is enabled: start or stop. */
  focus() {
    (this.#start.disabled ? this.#stop : this.#start).focus();
  }

  get #resumption() {
    return this.lastEventId === "" ? "" : `, to resume after event ${brief(this.lastEventId)}`;
  }

  /** @param {StreamState | "refused"} shown */
  #show(shown) {
    // A user who was away sees by this text that the stream was interrupted and has resumed.
    const name = shown === "live" && this.#isReopened ? "Live again" : NAMES[shown];
    document.title = shown === "closed" ? this.#pageTitle : `${name} · ${this.#pageTitle}`;
    // A screen reader reads a text again each time that it is set, even if it did not change.
    if (this.#state.dataset.state === shown) return;
    this.#state.dataset.state = shown;
    this.#state.textContent = name;
    this.#showCrowded(false);
  }

  /** @param {boolean} isCrowded */
  #showCrowded(isCrowded) {
    if (this.#crowded.hidden === !isCrowded) return;
    // Screen readers read an alert when its text changes, not when the element is shown.
    this.#crowded.hidden = !isCrowded;
    this.#crowded.textContent = isCrowded ? CROWDED : "";
  }

  /** @param {boolean} isClosed */
  #switchButtons(isClosed) {
    const focused = document.activeElement;
    this.#start.disabled = !isClosed;
    this.#stop.disabled = isClosed;
    // A button that is disabled loses the keyboard focus: move the focus to the other button.
    if ((focused === this.#start && !isClosed) || (focused === this.#stop && isClosed)) this.focus();
  }
}

/**
 * @param {CloseReason | null} reason
 * @returns {reason is Refusal}
 */
export const isRefusal = (reason) => reason !== null && typeof reason !== "string";
