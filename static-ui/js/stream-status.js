// @ts-check

import { CROWDED } from "./connections.js";
import { cell, get } from "./dom.js";
import { Facts } from "./facts.js";
import { describe } from "./problem.js";
import { duration, visible } from "./text.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./problem.js").Refusal} Refusal */
/** @typedef {import("./timeline-shapes.js").MarkKind} MarkKind */

/**
 * - `connecting`: it was started, and is not open yet; `live`: it is open
 * - `reconnecting`: it lost its connection, or got none, and tries again
 * - `closed`: it does nothing until it is started or resumed
 * @typedef {"closed" | "connecting" | "live" | "reconnecting"} StreamState
 */

/**
 * Why a stream is closed: the server sent its last event, the server has nothing left to send (204), the user asked, the page
 * went away, or the server refused the stream and would refuse it again.
 * @typedef {"server" | "finished" | "you" | "page" | Refusal} CloseReason
 */

/**
 * @typedef {object} StatusOptions
 * @property {string} peer what the page calls its server
 * @property {string} counted what the page calls the events that it counts
 * @property {string} [invitation] shown before the first run
 * @property {HTMLButtonElement} start
 * @property {HTMLButtonElement} stop
 */

/** @type {Record<StreamState | "refused", string>} */
const NAMES = { closed: "Closed", connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", refused: "Refused" };

/**
 * The state of a page's stream: its words, the elements that show it, and what changes with it. The page has a `#status`, a
 * `#crowded`, a `#timeline` and a `#facts` for the elements.
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

  /** The id after which the stream resumes; empty: none. */
  get lastEventId() {
    return this.#facts.lastEventId;
  }

  /** Whether the stream was open since it was started. */
  get everOpened() {
    return this.#facts.everOpened;
  }

  /** Whether the stream had been open before its latest connection. */
  get isReopened() {
    return this.#isReopened;
  }

  /**
   * @param {StreamState} now
   * @param {CloseReason | null} reason null: not closed
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
        return `Nothing is left to send: the ${this.#peer} answered 204.`;
      case "you":
        return "Closed by you.";
      case "page":
        return "The stream rests while you are away from the page, and goes on when you are back.";
      default:
        return `The ${this.#peer} answered ${describe(reason)}.`;
    }
  }

  /** @param {string} lastEventId the id after which the stream resumes now, of an event that it received */
  received(lastEventId) {
    this.#facts.received(lastEventId);
  }

  /** @param {string} lastEventId the id after which the stream resumes now, which came without an event */
  movedOn(lastEventId) {
    this.#facts.movedOn(lastEventId);
  }

  /**
   * The stream has no connection.
   * @param {string} cause without a full stop
   * @param {number} delay ms until it asks for the next one
   */
  retrying(cause, delay) {
    this.say(`${cause}. Trying again in ${duration(delay)}${this.#resumption}.`);
  }

  /**
   * The stream's request has no answer yet.
   * @param {boolean} isCrowded whether the browser has no connection for the request
   */
  waiting(isCrowded) {
    this.#showCrowded(isCrowded);
    const answer = `the ${this.#peer}’s answer${this.#resumption}`;
    this.say(`Waiting for ${isCrowded ? "a free connection" : answer}.`);
  }

  /** @param {string} text beside the state, until the next */
  say(text) {
    this.#notice.textContent = visible(text);
  }

  /**
   * @param {MarkKind} kind of the mark on the timeline
   * @param {string} [label]
   */
  mark(kind, label) {
    this.#timeline.mark(kind, label);
  }

  /** Forgets what happened; the state, and the id after which an open stream resumes, stay. */
  clear() {
    this.#timeline.clear();
    this.#facts.clear();
  }

  /** Gives the keyboard's focus to the button that changes the state. */
  focus() {
    (this.#start.disabled ? this.#stop : this.#start).focus();
  }

  get #resumption() {
    return this.lastEventId === "" ? "" : `, to go on after event ${this.lastEventId}`;
  }

  /** @param {StreamState | "refused"} shown */
  #show(shown) {
    document.title = shown === "closed" ? this.#pageTitle : `${NAMES[shown]} · ${this.#pageTitle}`;
    // Only what changed: a screen reader says it again otherwise.
    if (this.#state.dataset.state === shown) return;
    this.#state.dataset.state = shown;
    this.#state.textContent = NAMES[shown];
    this.#showCrowded(false);
  }

  /** @param {boolean} isCrowded */
  #showCrowded(isCrowded) {
    if (this.#crowded.hidden === !isCrowded) return;
    // An alert is read out when its text comes, not when it is shown.
    this.#crowded.hidden = !isCrowded;
    this.#crowded.textContent = isCrowded ? CROWDED : "";
  }

  /** @param {boolean} isClosed */
  #switchButtons(isClosed) {
    const focused = document.activeElement;
    this.#start.disabled = !isClosed;
    this.#stop.disabled = isClosed;
    // A disabled button drops the keyboard's focus; its counterpart is what comes next.
    if ((focused === this.#start && !isClosed) || (focused === this.#stop && isClosed)) this.focus();
  }
}

/**
 * @param {CloseReason | null} reason
 * @returns {reason is Refusal}
 */
export const isRefusal = (reason) => reason !== null && typeof reason !== "string";
