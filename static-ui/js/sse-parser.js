// @ts-check

/**
 * @typedef {object} SseEvent
 * @property {string} type `message` where the server named none
 * @property {string} data
 * @property {string | null} id what this event itself brought; null: nothing
 * @property {string} lastEventId where the stream resumes after this event
 * @property {number | null} retry milliseconds, if a valid retry field came with it
 */

/**
 * Bytes of an event stream in, events out (WHATWG HTML 9.2.6). Chunks may end
 * anywhere: inside a character, or between the two bytes of a CRLF.
 */
export class SseParser {
  // Drops a byte order mark at the front, and replaces what is not UTF-8.
  #decoder = new TextDecoder();
  #line = "";
  #afterCarriageReturn = false;
  #data = "";
  #type = "";
  /** @type {string | null} */ #id = null;
  /** @type {number | null} */ #retry = null;
  #lastEventId;
  #comment = "";
  #comments = 0;
  #greeted = false;
  #started = false;
  /** @type {SseEvent[]} */ #events = [];
  /** @type {(ms: number) => void} */ #onRetry;

  /**
   * @param {string} [lastEventId] the one that the stream was resumed after
   * @param {(ms: number) => void} [onRetry] a retry field counts even where no event follows
   */
  constructor(lastEventId = "", onRetry = () => {}) {
    this.#lastEventId = lastEventId;
    this.#onRetry = onRetry;
  }

  /**
   * @param {Uint8Array} bytes
   * @returns {SseEvent[]} those that are complete now
   */
  feed(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return [];
    if (this.#afterCarriageReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterCarriageReturn = text.endsWith("\r");
    // The unfinished line is only appended to, never searched again: long lines cost no more than short ones.
    const [first, ...rest] = text.split(/\r\n|\r|\n/);
    this.#line += first;
    for (const next of rest) {
      this.#take(this.#line);
      this.#line = next;
    }
    return this.#events.splice(0);
  }

  /** @param {string} line */
  #take(line) {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    // Servers greet with a comment and a retry, which is no part of the first event.
    const isGreeting = this.#greeted && !this.#started && field === "retry";
    if (field === "") this.#greeted = true;
    else this.#started = true;
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    switch (field) {
      case "":
        this.#comment = value;
        this.#comments++;
        break;
      case "data":
        this.#data += `${value}\n`;
        break;
      case "event":
        this.#type = value;
        break;
      case "id":
        if (!value.includes("\0")) this.#id = value;
        break;
      case "retry":
        if (!/^[0-9]+$/.test(value)) break;
        this.#onRetry(Number(value));
        if (!isGreeting) this.#retry = Number(value);
        break;
    }
  }

  #dispatch() {
    // The last event id moves on even where there is no data, and then no event either.
    this.#lastEventId = this.#id ?? this.#lastEventId;
    if (this.#data !== "") {
      this.#events.push({
        type: this.#type === "" ? "message" : this.#type,
        data: this.#data.slice(0, -1),
        id: this.#id,
        lastEventId: this.#lastEventId,
        retry: this.#retry,
      });
    }
    this.#data = this.#type = "";
    this.#id = this.#retry = null;
  }

  /** The last comment: some servers say in one why a stream ends. */
  get comment() {
    return this.#comment;
  }

  /** How many comments there were. */
  get comments() {
    return this.#comments;
  }

  /** Where the stream resumes. */
  get lastEventId() {
    return this.#lastEventId;
  }
}
