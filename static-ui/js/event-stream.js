// @ts-check

import { backoff, sleep } from "./backoff.js";

/** @typedef {"closed" | "connecting" | "live" | "reconnecting"} StreamState */

/**
 * Why a stream is closed: the server said so, nothing was left to send (204),
 * the user asked, or the page went away.
 * @typedef {"server" | "finished" | "you" | "page"} CloseReason
 */

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
 */

const PROBE_TIMEOUT = 5_000;

/** An EventSource that also survives the answers after which the browser gives up. */
export class EventStream {
  /** @type {string} */ #url;
  /** @type {StreamHandlers} */ #handlers;
  /** @type {readonly string[]} */ #eventNames;
  /** @type {string} */ #closeEvent;

  /** @type {StreamState} */ #state = "closed";
  /** @type {EventSource | null} */ #source = null;
  // One per start(): whatever an older run left behind hangs on a signal already aborted.
  /** @type {AbortController | null} */ #run = null;
  #lastEventId = "";
  #sourceHasId = false;
  #attempt = 0;

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
    this.#run = new AbortController();
    this.#lastEventId = "";
    this.#attempt = 0;
    this.#connect(this.#run.signal);
    this.#enter("connecting");
  }

  /** @param {CloseReason} [reason] */
  stop(reason = "you") {
    if (this.#state === "closed") return;
    this.#run?.abort();
    this.#source?.close();
    this.#run = this.#source = null;
    this.#enter("closed", reason);
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
  }

  // A header cannot be set on a new EventSource, hence the query parameter.
  #resumeUrl() {
    if (this.#lastEventId === "") return this.#url;
    const url = new URL(this.#url, globalThis.location?.href);
    url.searchParams.set("lastEventId", this.#lastEventId);
    return url.href;
  }

  #onOpen = () => {
    this.#attempt = 0;
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
    this.#enter("reconnecting");
    this.#handlers.onError?.(final);
    if (final && !run.signal.aborted) void this.#recover(run.signal);
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
