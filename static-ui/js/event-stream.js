// @ts-check

import { backoff, sleep } from "./backoff.js";
import { awaitAnswer } from "./connections.js";
import { contentType } from "./problem.js";
import { duration } from "./text.js";

/** @typedef {import("./stream-status.js").CloseReason} CloseReason */
/** @typedef {import("./stream-status.js").StreamState} StreamState */

/**
 * The server's answer to the same request, asked again.
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} type the content type without its parameters, in lower case; `no content type` if there is none
 */

/**
 * Callbacks, not an EventTarget: a stream has one owner, and plain functions need no casts from `Event`.
 * @typedef {object} StreamHandlers
 * @property {(state: StreamState, reason: CloseReason | null) => void} [onState]
 * @property {() => void} [onOpen]
 * @property {(event: MessageEvent<string>) => void} [onMessage]
 * @property {(event: MessageEvent<string>) => void} [onClose] called for the event with which the server ends the
 *   series
 * @property {(final: boolean) => void} [onError] final: the browser does not reconnect
 * @property {(answer: Answer | null, delay: number) => void} [onRetry] answer: null if there was none, or if CORS does
 *   not allow this page to read it; delay: ms
 * @property {(cause: string, delay: number) => void} [onReopen] called before a new connection replaces one that may be
 *   dead; delay: ms
 * @property {(isCrowded: boolean) => void} [onWaiting] see {@link awaitAnswer}
 */

const PROBE_TIMEOUT = 5_000;
// How long to wait for an answer, in ms. A request over a dead connection never gets one, but an instance may have to
// start first, and a browser waits for as long as the server's retry field says before it reconnects.
const PATIENCE = 20_000;
const MOST_PATIENCE = 320_000;

/**
 * Reads a stream with an EventSource, and reconnects also after answers at which the browser stops reconnecting. An
 * EventSource does not see heartbeats, so this class cannot notice that a silent connection is dead: its owner calls
 * reopen() when that is likely.
 */
export class EventStream {
  /** @type {string} */ #url;
  /** @type {StreamHandlers} */ #handlers;
  /** @type {readonly string[]} */ #eventNames;
  /** @type {string} */ #closeEvent;

  /** @type {StreamState} */ #state = "closed";
  /** @type {EventSource | null} */ #source = null;
  #isSuspended = false;
  // Each start(), resume() and reopen() makes a new one and aborts the old one, which ends all listeners and waits of
  // the old run.
  /** @type {AbortController | null} */ #run = null;
  #lastEventId = "";
  #sourceHasId = false;
  #attempt = 0;
  #unanswered = 0;
  // Aborted when the EventSource that is connecting has opened or failed.
  #connecting = new AbortController();

  /**
   * @param {string | URL} url
   * @param {StreamHandlers} handlers
   * @param {{ eventNames?: readonly string[], closeEvent?: string }} [options] eventNames: the types of events that are
   *   passed to onMessage; closeEvent: the type of the event that ends the series
   */
  constructor(url, handlers, { eventNames = ["message"], closeEvent = "close" } = {}) {
    this.#url = String(url);
    this.#handlers = handlers;
    this.#eventNames = eventNames;
    this.#closeEvent = closeEvent;
  }

  get state() {
    return this.#state;
  }

  get lastEventId() {
    return this.#lastEventId;
  }

  start() {
    if (this.#state !== "closed") return;
    this.#lastEventId = "";
    this.#attempt = this.#unanswered = 0;
    this.#connect(this.#renew());
    this.#enter("connecting");
  }

  /** @param {CloseReason} [reason] */
  stop(reason = "you") {
    this.#isSuspended = false;
    if (this.#state === "closed") return;
    this.#run?.abort();
    this.#source?.close();
    this.#run = this.#source = null;
    this.#enter("closed", reason);
  }

  /** Closes the stream, unless it is closed, until resume() is called. */
  suspend() {
    if (this.#state === "closed") return;
    this.stop("page");
    this.#isSuspended = true;
  }

  /** Opens a suspended stream again, after the last event id. */
  resume() {
    if (!this.#isSuspended) return;
    this.#connect(this.#renew());
    this.#enter("reconnecting");
  }

  /**
   * Closes the connection, or ends the wait for the next one, and connects again soon. A closed stream stays closed.
   * @param {string} cause
   */
  reopen(cause) {
    if (this.#state !== "closed") void this.#reopen(cause, this.#renew());
  }

  /**
   * @param {string} cause
   * @param {AbortSignal} signal
   */
  async #reopen(cause, signal) {
    // Jitter: all pages in a network learn at the same moment that it works again.
    const delay = backoff(0);
    this.#enter("reconnecting");
    this.#handlers.onReopen?.(cause, delay);
    await sleep(delay, signal);
    if (!signal.aborted) this.#connect(signal);
  }

  #renew() {
    this.#isSuspended = false;
    this.#run?.abort();
    this.#source?.close();
    this.#run = new AbortController();
    return this.#run.signal;
  }

  /** @param {AbortSignal} signal */
  #connect(signal) {
    const source = new EventSource(this.#resumeUrl());
    this.#source = source;
    this.#sourceHasId = false;
    // An EventSource takes no signal, but its listeners do: the signal removes them at the end of the run.
    source.addEventListener("open", this.#onOpen, { signal });
    source.addEventListener("error", this.#onError, { signal });
    source.addEventListener(this.#closeEvent, this.#onClose, { signal });
    for (const name of this.#eventNames) source.addEventListener(name, this.#onMessage, { signal });
    void this.#hurry(signal);
  }

  /** @param {AbortSignal} run */
  async #hurry(run) {
    this.#connecting.abort();
    this.#connecting = new AbortController();
    const patience = Math.min(MOST_PATIENCE, PATIENCE * 2 ** this.#unanswered);
    const waiting = (/** @type {boolean} */ isCrowded) => this.#handlers.onWaiting?.(isCrowded);
    const signal = AbortSignal.any([run, this.#connecting.signal]);
    if (!(await awaitAnswer(new URL(this.#resumeUrl()), patience, waiting, signal))) return;
    this.#unanswered++;
    this.reopen(`No answer for ${duration(patience)}`);
  }

  // A page cannot set a header on a new EventSource, so the id goes into the query.
  #resumeUrl() {
    const url = new URL(this.#url, globalThis.location?.href);
    if (this.#lastEventId === "") return url.href;
    url.searchParams.set("lastEventId", this.#lastEventId);
    return url.href;
  }

  #onOpen = () => {
    this.#connecting.abort();
    this.#attempt = this.#unanswered = 0;
    this.#enter("live");
    this.#handlers.onOpen?.();
  };

  /** @param {Event} event */
  #onMessage = (event) => {
    const message = /** @type {MessageEvent<string>} */ (event);
    // A server resets the last event id with an empty one. But a new EventSource begins with an empty one too: ignore
    // it until this EventSource has received an id.
    if (message.lastEventId !== "") this.#sourceHasId = true;
    if (this.#sourceHasId) this.#lastEventId = message.lastEventId;
    this.#handlers.onMessage?.(message);
  };

  /** @param {Event} event */
  #onClose = (event) => {
    // Close first: the browser would reconnect as soon as the response ends.
    this.#source?.close();
    this.#handlers.onClose?.(/** @type {MessageEvent<string>} */ (event));
    this.stop("server");
  };

  #onError = () => {
    const run = this.#run;
    if (run === null) return;
    const final = this.#source?.readyState === EventSource.CLOSED;
    this.#connecting.abort();
    this.#enter("reconnecting");
    this.#handlers.onError?.(final);
    if (run.signal.aborted) return;
    if (final) void this.#recover(run.signal);
    else void this.#hurry(run.signal);
  };

  /** @param {AbortSignal} signal */
  async #recover(signal) {
    const answer = await this.#probe(signal);
    if (signal.aborted) return;
    if (answer?.status === 204) {
      this.stop("finished");
      return;
    }
    const delay = backoff(this.#attempt++);
    this.#handlers.onRetry?.(answer, delay);
    await sleep(delay, signal);
    if (!signal.aborted) this.#connect(signal);
  }

  /**
   * Asks the server once more, because an EventSource does not tell the status with which the server refused it.
   * @param {AbortSignal} signal
   * @returns {Promise<Answer | null>}
   */
  async #probe(signal) {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT)]);
      const response = await fetch(this.#resumeUrl(), { method: "HEAD", cache: "no-store", signal: limit });
      return { status: response.status, type: contentType(response) || "no content type" };
    } catch {
      return null;
    }
  }

  /**
   * @param {StreamState} state
   * @param {CloseReason | null} [reason]
   */
  #enter(state, reason = null) {
    this.#state = state;
    this.#handlers.onState?.(state, reason);
  }
}
