// @ts-check

import { backoff, sleep } from "./backoff.js";
import { awaitAnswer } from "./connections.js";
import { readRefusal } from "./problem.js";
import { SseParser } from "./sse-parser.js";
import { duration } from "./text.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("./problem.js").Refusal} Refusal */
/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */
/** @typedef {import("./stream-status.js").CloseReason} CloseReason */
/** @typedef {import("./stream-status.js").StreamState} StreamState */

/**
 * What to ask for. The first request resumes by the `lastEventID` in the URL, if
 * there is one; those after it by the header, as an EventSource does.
 * @typedef {object} StreamRequest
 * @property {URL} url
 * @property {string} token empty: none
 */

/**
 * @typedef {object} Opening
 * @property {string} asked the id to resume after; empty: none
 * @property {string | null} held the response's `Last-Event-ID`: the id before the first event that
 *   follows, `earliest` if the hub does not hold it; null: not told
 * @property {Date | null} date the server's clock, where it may be read
 */

/**
 * Why there is no stream, or no longer.
 * @typedef {object} Loss
 * @property {Refusal | null} refusal null: no answer, or its end
 * @property {string} cause why this page gave the connection up; empty: it did not
 * @property {boolean} wasLive
 * @property {string} comment the last one of a stream in which there was no event
 */

/**
 * @typedef {object} FetchStreamHandlers
 * @property {(state: StreamState, reason: CloseReason | null) => void} onState
 * @property {(opening: Opening) => void} onOpen
 * @property {(events: SseEvent[]) => void} onEvents what one chunk completed; never empty
 * @property {(lastEventId: string) => void} onCursor the stream resumes after another id, which came without an event
 * @property {(loss: Loss, delay: number) => void} onRetry
 * @property {(isCrowded: boolean) => void} onWaiting see {@link awaitAnswer}
 */

const RETRY = 2_000;
const LONGEST_DELAY = 2 ** 31 - 1;
const WORTH_ASKING_AGAIN = [408, 425, 429];
// A request over a connection that is dead gets no answer. An instance that has to start needs its time.
const PATIENCE = 10_000;
const MOST_PATIENCE = 80_000;

/**
 * An EventSource that shows everything: every type of event, retry, the headers,
 * and why it was refused; that can send a token; and that notices when its heartbeats stay away.
 */
export class FetchStream {
  /** @type {FetchStreamHandlers} */ #handlers;
  /** @type {StreamState} */ #state = "closed";
  /** @type {StreamRequest | null} */ #request = null;
  #isSuspended = false;
  /** @type {AbortController | null} */ #run = null;
  // Of the request, the stream or the wait that goes on: what reopen() ends.
  #step = new AbortController();
  #cause = "";
  #watchdog = new Watchdog((silence) => this.reopen(`Nothing came for ${duration(silence)}, not even a heartbeat`));
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

  /** Closes it, if it is not closed, until the page that it belongs to is back. */
  suspend() {
    if (this.#state === "closed") return;
    this.#close("page");
    this.#isSuspended = true;
  }

  /** Goes on after the last event id, if it is suspended. */
  resume() {
    if (this.#isSuspended) this.#begin("reconnecting");
  }

  /**
   * Gives up the connection, or the wait for the next one, and connects again soon; a closed stream stays closed.
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
        comment = await this.#read(answer, request.url, step);
        if (signal.aborted) return;
        wanted = this.#retry;
      } else if (answer !== null) {
        refusal = await refuse(answer);
        if (signal.aborted) return;
        if (!isPassing(answer.status)) return this.#close(refusal);
        wanted = Math.max(wanted, retryAfter(answer));
      }
      const wasLive = this.#state === "live";
      const cause = this.#cause;
      // Some of it by chance: all readers of a server that went down noticed at the same moment.
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
    // The way may be free again. That all pages of a network learn at the same moment.
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
   * @returns {Promise<Response | null>} null: no answer
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
   * @returns {Promise<string>} the last comment, if there was no event
   */
  async #read(response, url, signal) {
    const asked = this.#lastEventId || (url.searchParams.get("lastEventID") ?? "");
    const held = response.headers.get("Last-Event-ID");
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
      if (parser.lastEventId !== (events.at(-1)?.lastEventId ?? lastEventId)) this.#handlers.onCursor(parser.lastEventId);
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
 * @returns {Promise<Uint8Array | null>} null: the stream is over, by its end or by a broken connection
 */
async function next(reader) {
  try {
    return (await reader?.read())?.value ?? null;
  } catch {
    return null;
  }
}

/** @param {Response} answer */
const contentType = (answer) => (answer.headers.get("Content-Type") ?? "").split(";")[0].trim().toLowerCase();

/** @param {Response} answer */
const isStream = (answer) => answer.status === 200 && contentType(answer) === "text/event-stream";

/** @param {number} status */
const isPassing = (status) => status >= 500 || WORTH_ASKING_AGAIN.includes(status);

/**
 * @param {Response} answer
 * @returns {Promise<Refusal>}
 */
async function refuse(answer) {
  if (!answer.ok) return readRefusal(answer);
  await answer.body?.cancel().catch(() => {});
  const type = contentType(answer) || "nothing named";
  return { status: answer.status, title: `This is no event stream but ${type}`, detail: "" };
}

/** @param {Response} answer */
function retryAfter(answer) {
  const seconds = Number(answer.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}

/**
 * A header is made of bytes, and fetch takes each as one character: an id goes as UTF-8 (WHATWG HTML 9.2.3).
 * @param {string} text
 */
const toHeader = (text) => String.fromCharCode(...new TextEncoder().encode(text));

/** @param {string} bytes */
const fromHeader = (bytes) => new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
