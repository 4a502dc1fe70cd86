// @ts-check

import { backoff, sleep } from "./backoff.js";
import { awaitAnswer } from "./connections.js";
import { duration } from "./text.js";

/** @typedef {import("./stream-status.js").CloseReason} CloseReason */
/** @typedef {import("./stream-status.js").StreamState} StreamState */

/**
 * Callbacks rather than an EventTarget: a stream has one owner, and plain
 * functions keep their types without casting from `Event`.
 * @typedef {object} StreamHandlers
 * @property {(state: StreamState, reason: CloseReason | null) => void} [onState]
 * @property {() => void} [onOpen]
 * @property {(event: MessageEvent<string>) => void} [onMessage]
 * @property {(event: MessageEvent<string>) => void} [onClose] the server's own last event
 * @property {(final: boolean) => void} [onError] final: the browser will not reconnect by itself
 * @property {(status: number | null, delay: number) => void} [onRetry] null: no answer at all
 * @property {(cause: string, delay: number) => void} [onReopen] a new connection takes the place of one that may be dead
 * @property {(isCrowded: boolean) => void} [onWaiting] see {@link awaitAnswer}
 */

const PROBE_TIMEOUT = 5_000;
// A request over a connection that is dead gets no answer. An instance that has to start needs its time, and before a browser
// reconnects it waits for as long as the server said.
const PATIENCE = 20_000;
const MOST_PATIENCE = 320_000;

/**
 * An EventSource that also survives the answers after which the browser gives up. It does not see heartbeats, so that it cannot
 * notice that a silent connection is dead: its owner calls reopen() when that is likely.
 */
export class EventStream {
  /** @type {string} */ #url;
  /** @type {StreamHandlers} */ #handlers;
  /** @type {readonly string[]} */ #eventNames;
  /** @type {string} */ #closeEvent;

  /** @type {StreamState} */ #state = "closed";
  /** @type {EventSource | null} */ #source = null;
  #isSuspended = false;
  // One per start(), resume() and reopen(): whatever an older run left behind hangs on a signal already aborted.
  /** @type {AbortController | null} */ #run = null;
  #lastEventId = "";
  #sourceHasId = false;
  #attempt = 0;
  #unanswered = 0;
  // Until the source that is connecting has opened, or failed.
  #connecting = new AbortController();

  /**
   * @param {string | URL} url
   * @param {StreamHandlers} handlers
   * @param {{ eventNames?: readonly string[], closeEvent?: string }} [options]
   *   eventNames: the events passed to onMessage; closeEvent: the one that ends the series
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

  /** Closes it, if it is not closed, until the page that it belongs to is back. */
  suspend() {
    if (this.#state === "closed") return;
    this.stop("page");
    this.#isSuspended = true;
  }

  /** Goes on after the last event id, if it is suspended. */
  resume() {
    if (!this.#isSuspended) return;
    this.#connect(this.#renew());
    this.#enter("reconnecting");
  }

  /**
   * Gives up the connection, or the wait for the next one, and connects again soon; a closed stream stays closed.
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
    // That all pages of a network learn at the same moment.
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
    // EventSource has no "abort", but its listeners do: none of them outlives its run.
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

  // A header cannot be set on a new EventSource, hence the query parameter.
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
    // An empty id resets the last one, but only where this source had one: a new source begins without.
    if (message.lastEventId !== "") this.#sourceHasId = true;
    if (this.#sourceHasId) this.#lastEventId = message.lastEventId;
    this.#handlers.onMessage?.(message);
  };

  /** @param {Event} event */
  #onClose = (event) => {
    // Before anything else: left open, the browser would reconnect as soon as the response ends.
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
    const status = await this.#probe(signal);
    if (signal.aborted) return;
    if (status === 204) {
      this.stop("finished");
      return;
    }
    const delay = backoff(this.#attempt++);
    this.#handlers.onRetry?.(status, delay);
    await sleep(delay, signal);
    if (!signal.aborted) this.#connect(signal);
  }

  /**
   * EventSource does not tell the status it was refused with, so the server is asked again.
   * @param {AbortSignal} signal
   * @returns {Promise<number | null>}
   */
  async #probe(signal) {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT)]);
      const response = await fetch(this.#resumeUrl(), { method: "HEAD", cache: "no-store", signal: limit });
      return response.status;
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
