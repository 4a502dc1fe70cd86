// @ts-check

import { backoff } from "../backoff.js";
import { CROWDED } from "../connections.js";
import { get } from "../dom.js";
import { FetchStream } from "../fetch-stream.js";
import { followPage } from "../page-life.js";
import { describe } from "../problem.js";
import { duration, visible } from "../text.js";
import { parseFields } from "./untrusted.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./discussion.js").Discussion} Discussion */
/** @typedef {import("../fetch-stream.js").Loss} Loss */
/** @typedef {import("../problem.js").Refusal} Refusal */
/** @typedef {import("../sse-parser.js").SseEvent} SseEvent */
/** @typedef {import("../stream-status.js").CloseReason} CloseReason */
/** @typedef {import("../stream-status.js").StreamState} StreamState */

const AWAY = "You are away from this page, so its stream is closed. It resumes when you come back.";

/** Follows one discussion after the other: reads its stream, applies the events, and has the changes drawn. */
export class Live {
  #api;
  #view;
  #onRefused;
  #notice = get("notice", HTMLElement);
  #crowded = get("crowded", HTMLElement);
  /** @type {Discussion | null} */ #discussion = null;
  #stream = new FetchStream({
    onState: (state, reason) => this.#changed(state, reason),
    onOpen: () => this.say(""),
    onEvents: (events) => this.#received(events),
    onCursor: () => {},
    onRetry: (loss, delay) => this.say(`${causeOf(loss)}. Reconnecting in ${duration(delay)}.`),
    onWaiting: (isCrowded) => this.#waiting(isCrowded),
  });
  #gaps = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {Api} api
   * @param {Conversation} view
   * @param {(refusal: Refusal) => void} onRefused called when the server refuses the stream for good
   */
  constructor(api, view, onRefused) {
    this.#api = api;
    this.#view = view;
    this.#onRefused = onRefused;
    followPage(this.#stream, { seesHeartbeats: true });
  }

  /** @param {Discussion} discussion */
  follow(discussion) {
    this.leave();
    this.#discussion = discussion;
    if (!discussion.hasEnded) this.#read(discussion);
  }

  leave() {
    clearTimeout(this.#timer);
    this.#discussion = null;
    this.#gaps = 0;
    this.#stream.stop();
    this.#showCrowded(false);
    this.say("");
  }

  /** @param {string} text */
  say(text) {
    const shown = visible(text);
    if (this.#notice.textContent !== shown) this.#notice.textContent = shown;
  }

  /** @param {Discussion} discussion */
  #read(discussion) {
    this.#stream.start({ url: this.#api.events(discussion.id), token: this.#api.token });
  }

  /**
   * @param {StreamState} state
   * @param {CloseReason | null} reason
   */
  #changed(state, reason) {
    const discussion = this.#discussion;
    if (discussion === null) return;
    this.#view.connection = state;
    if (state !== "connecting") this.#showCrowded(false);
    if (reason === "page") this.say(AWAY);
    // The server has sent the end, and the page does not have it.
    else if (reason === "finished" && !discussion.hasEnded) this.#readAgain(discussion);
    else if (reason !== null && typeof reason === "object") this.#onRefused(reason);
  }

  /** @param {SseEvent[]} events */
  #received(events) {
    const discussion = this.#discussion;
    if (discussion === null) return;
    for (const { type, data } of events) {
      const change = discussion.apply(type, parseFields(data));
      if (change === "gap") return this.#readAgain(discussion);
      if (change === "all") this.#view.changedAll();
      else if (change === "state") this.#view.changedState();
      else if (change !== null) this.#view.changedTurn(change);
      if (type === "turn.completed") this.#gaps = 0;
    }
    if (discussion.hasEnded) this.#stream.stop();
  }

  // Without an event id, the server sends the whole state first.
  /** @param {Discussion} discussion */
  #readAgain(discussion) {
    this.#stream.stop();
    this.#view.connection = "reconnecting";
    this.#timer = setTimeout(() => this.#read(discussion), backoff(this.#gaps++));
  }

  /** @param {boolean} isCrowded */
  #waiting(isCrowded) {
    this.#showCrowded(isCrowded);
    this.say(isCrowded ? "" : "Waiting for the server’s answer.");
  }

  /** @param {boolean} isCrowded */
  #showCrowded(isCrowded) {
    if (this.#crowded.hidden === !isCrowded) return;
    this.#crowded.hidden = !isCrowded;
    this.#crowded.textContent = isCrowded ? CROWDED : "";
  }
}

/** @param {Loss} loss */
function causeOf({ refusal, cause, wasLive }) {
  if (cause !== "") return cause;
  if (refusal !== null) return `The server answered ${describe(refusal)}`;
  return wasLive ? "The connection ended" : "The server does not answer: check your network";
}
