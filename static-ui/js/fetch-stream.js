// @ts-check

import { backoff, sleep } from "./backoff.js";
import { awaitAnswer } from "./connections.js";
import { contentType, readRefusal } from "./problem.js";
import { askedCursor } from "./protocol.js";
import { SseParser } from "./sse-parser.js";
import { duration } from "./text.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("./problem.js").Refusal} Refusal */
/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */
/** @typedef {import("./stream-status.js").CloseReason} CloseReason */
/** @typedef {import("./stream-status.js").StreamState} StreamState */

/**
 * The request for a stream. The first request resumes after the parameter `last_event_id` (1.0) or `lastEventID` (0.x)
 * in the URL, if it is there; later requests resume after the header `Last-Event-ID`, as those of an EventSource do.
 * @typedef {object} StreamRequest
 * @property {URL} url
 * @property {string} token empty: none
 */

/**
 * @typedef {object} Opening
 * @property {string} asked the event id that the request resumes after; empty: none
 * @property {string | null} held the response's header `Mercure-Last-Event-ID` (1.0) or `Last-Event-ID` (0.x): the id
 *   of the entry before the first event that follows, or `earliest` if the history does not contain the id that was
 *   asked for; null: the page cannot read the header
 * @property {Date | null} date the server's clock, from the header `Date`; null: the page cannot read the header
 */

/**
 * Why the stream has no connection.
 * @typedef {object} Loss
 * @property {Refusal | null} refusal null: there was no answer, or the stream ended
 * @property {string} cause why this page closed the connection; empty: this page did not close it
 * @property {boolean} wasLive whether the stream was open
 * @property {string} comment the last comment of a stream without events; else empty
 */

/**
 * @typedef {object} FetchStreamHandlers
 * @property {(state: StreamState, reason: CloseReason | null) => void} onState
 * @property {(opening: Opening) => void} onOpen
 * @property {(events: SseEvent[]) => void} onEvents the events that one chunk completed; at least one
 * @property {(lastEventId: string) => void} onCursor called when an id arrives without an event: the stream resumes
 *   after that id
 * @property {(loss: Loss, delay: number) => void} onRetry
 * @property {(isCrowded: boolean) => void} onWaiting see {@link awaitAnswer}
 */

const RETRY = 2_000;
const LONGEST_DELAY = 2 ** 31 - 1;
const WORTH_ASKING_AGAIN = [408, 425, 429];
// How long to wait for an answer, in ms. A request over a dead connection never gets one, but an instance may have to
// start first.
const PATIENCE = 10_000;
const MOST_PATIENCE = 80_000;
// The longest event, four times as long as the largest update that a hub can be set to accept. An event without end
// would fill the memory.
const MOST_CHARS = 64 * 1024 * 1024;
/** @type {Refusal} */
const TOO_LONG = { status: 200, title: "An event of this stream is too long", detail: "The limit is 64 MB" };

/**
 * Reads a stream with fetch. Unlike an EventSource it shows events of every type, the retry field, the response headers
 * and the reason of a refusal, can send a token in a header, and notices missing heartbeats.
 */
export class FetchStream {
  /** @type {FetchStreamHandlers} */ #handlers;
  /** @type {StreamState} */ #state = "closed";
  /** @type {StreamRequest | null} */ #request = null;
  #isSuspended = false;
  /** @type {AbortController | null} */ #run = null;
  // Aborts the current step: a request, an open stream, or the wait before the next request. reopen() ends that step.
  #step = new AbortController();
  #cause = "";
  #watchdog = new Watchdog((silence) => this.reopen(`Nothing arrived for ${duration(silence)}, not even a heartbeat`));
  #unanswered = 0;
  #lastEventId = "";
  #retry = RETRY;

  /** @param {FetchStreamHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
  }

  get state() {
    return this.#state;
  }

  get lastEventId() {
    return this.#lastEventId;
  }

  /** @param {StreamRequest} request */
  start(request) {
    if (this.#state !== "closed") return;
    this.#request = request;
    this.#lastEventId = "";
    this.#retry = RETRY;
    this.#unanswered = 0;
    this.#begin("connecting");
  }

  stop() {
    this.#close("you");
  }

  /** Closes the stream, unless it is closed, until resume() is called. */
  suspend() {
    if (this.#state === "closed") return;
    this.#close("page");
    this.#isSuspended = true;
  }

  /** Opens a suspended stream again, after the last event id. */
  resume() {
    if (this.#isSuspended) this.#begin("reconnecting");
  }

  /**
   * Closes the connection, or ends the wait for the next one, and connects again soon. A closed stream stays closed.
   * @param {string} cause
   */
  reopen(cause) {
    this.#cause = cause;
    this.#step.abort();
  }

  /** @param {StreamState} state */
  #begin(state) {
    if (this.#request === null) return;
    this.#isSuspended = false;
    this.#run = new AbortController();
    this.#enter(state);
    void this.#keepOpen(this.#request, this.#run.signal);
  }

  /** @param {CloseReason} reason */
  #close(reason) {
    this.#isSuspended = false;
    if (this.#state === "closed") return;
    this.#run?.abort();
    this.#run = null;
    this.#watchdog.rest();
    this.#enter("closed", reason);
  }

  /**
   * @param {StreamRequest} request
   * @param {AbortSignal} signal
   */
  async #keepOpen(request, signal) {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const step = this.#nextStep(signal);
      const answer = await this.#ask(request, step);
      if (signal.aborted) return;
      if (answer?.status === 204) return this.#close("finished");

      let refusal = null;
      let wanted = this.#retry;
      let comment = "";
      if (answer !== null && isStream(answer)) {
        attempt = 0;
        const end = await this.#read(answer, request.url, step);
        if (signal.aborted) return;
        if (typeof end !== "string") return this.#close(end);
        comment = end;
        wanted = this.#retry;
      } else if (answer !== null) {
        refusal = await refuse(answer);
        if (signal.aborted) return;
        if (!isPassing(answer.status)) return this.#close(refusal);
        wanted = Math.max(wanted, retryAfter(answer));
      }
      const wasLive = this.#state === "live";
      const cause = this.#cause;
      // Jitter: all clients of a server that stopped noticed it at the same moment, and must not return together.
      const jittered = wasLive ? wanted * (1 + Math.random() / 4) : Math.max(wanted, backoff(attempt));
      const delay = cause === "" ? Math.min(LONGEST_DELAY, jittered) : backoff(0);
      await this.#pause({ refusal, cause, wasLive, comment }, delay, signal);
    }
  }

  /**
   * @param {Loss} loss
   * @param {number} delay
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  async #pause(loss, delay, signal) {
    const step = this.#nextStep(signal);
    this.#enter("reconnecting");
    this.#handlers.onRetry(loss, delay);
    await sleep(delay, step);
    // reopen() was called during the wait, so the network may work again. All pages in that network learn it at the
    // same moment: wait for a random time.
    if (!signal.aborted && this.#cause !== "") await this.#pause({ ...loss, cause: this.#cause }, backoff(0), signal);
  }

  /** @param {AbortSignal} signal */
  #nextStep(signal) {
    this.#cause = "";
    this.#step = new AbortController();
    return AbortSignal.any([signal, this.#step.signal]);
  }

  /**
   * @param {StreamRequest} request
   * @param {AbortSignal} signal
   * @returns {Promise<Response | null>} null: there was no answer
   */
  async #ask({ url, token }, signal) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "text/event-stream" };
    if (token !== "") headers.Authorization = `Bearer ${token}`;
    if (this.#lastEventId !== "") headers["Last-Event-ID"] = toHeader(this.#lastEventId);
    const answered = new AbortController();
    void this.#hurry(url, AbortSignal.any([signal, answered.signal]));
    try {
      const answer = await fetch(url, { headers, cache: "no-store", signal });
      this.#unanswered = 0;
      return answer;
    } catch {
      return null;
    } finally {
      answered.abort();
    }
  }

  /**
   * @param {URL} url
   * @param {AbortSignal} signal
   */
  async #hurry(url, signal) {
    const patience = Math.min(MOST_PATIENCE, PATIENCE * 2 ** this.#unanswered);
    if (!(await awaitAnswer(url, patience, this.#handlers.onWaiting, signal))) return;
    this.#unanswered++;
    this.reopen(`No answer for ${duration(patience)}`);
  }

  /**
   * @param {Response} response
   * @param {URL} url
   * @param {AbortSignal} signal
   * @returns {Promise<string | Refusal>} the last comment if there was no event, else empty; a Refusal if an event of
   *   the stream is too long
   */
  async #read(response, url, signal) {
    const asked = this.#lastEventId || askedCursor(url);
    const held = response.headers.get("Mercure-Last-Event-ID") ?? response.headers.get("Last-Event-ID");
    const date = Date.parse(response.headers.get("Date") ?? "");
    this.#watchdog.watch();
    this.#enter("live");
    this.#handlers.onOpen({
      asked,
      held: held === null ? null : fromHeader(held),
      date: Number.isNaN(date) ? null : new Date(date),
    });

    const parser = new SseParser(this.#lastEventId, (ms) => (this.#retry = ms));
    const reader = response.body?.getReader();
    let isEmpty = true;
    for (let chunk = await next(reader); chunk !== null && !signal.aborted; chunk = await next(reader)) {
      const { comments, lastEventId } = parser;
      const events = parser.feed(chunk);
      this.#watchdog.heard(events.length === 0 && parser.comments > comments);
      this.#lastEventId = parser.lastEventId;
      if (events.length > 0) {
        isEmpty = false;
        this.#handlers.onEvents(events);
      }
      const shown = events.at(-1)?.lastEventId ?? lastEventId;
      if (parser.lastEventId !== shown) this.#handlers.onCursor(parser.lastEventId);
      if (parser.unfinished > MOST_CHARS) {
        await reader?.cancel().catch(() => {});
        return TOO_LONG;
      }
    }
    this.#watchdog.rest();
    return isEmpty ? parser.comment : "";
  }

  /**
   * @param {StreamState} state
   * @param {CloseReason | null} [reason]
   */
  #enter(state, reason = null) {
    this.#state = state;
    this.#handlers.onState(state, reason);
  }
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array> | undefined} reader
 * @returns {Promise<Uint8Array | null>} null: the response ended, or the connection broke
 */
async function next(reader) {
  try {
    return (await reader?.read())?.value ?? null;
  } catch {
    return null;
  }
}

/** @param {Response} answer */
const isStream = (answer) => answer.status === 200 && contentType(answer) === "text/event-stream";

/**
 * @param {number} status 0: there was no answer
 * @returns {boolean} whether the same request may succeed later
 */
export const isPassing = (status) => status === 0 || status >= 500 || WORTH_ASKING_AGAIN.includes(status);

/**
 * @param {Response} answer
 * @returns {Promise<Refusal>}
 */
async function refuse(answer) {
  if (!answer.ok) return readRefusal(answer);
  await answer.body?.cancel().catch(() => {});
  const type = contentType(answer) || "no content type";
  const title = `Expected text/event-stream, but the answer has ${type}`;
  return { status: answer.status, title, detail: "Check the address of the hub" };
}

/** @param {Response} answer */
function retryAfter(answer) {
  const seconds = Number(answer.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}

/**
 * Encodes an id for a header. The id is sent as UTF-8 (WHATWG HTML 9.2.3), and fetch takes one character per byte.
 * @param {string} text
 */
const toHeader = (text) => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

/** @param {string} bytes */
const fromHeader = (bytes) => new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
