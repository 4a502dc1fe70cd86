// @ts-check

/**
 * @typedef {object} SseEvent
 * @property {string} type `message` if the server sent no type
 * @property {string} data
 * @property {string | null} id the id field of this event; null: none
 * @property {string} lastEventId the id after which the stream resumes, once this event has arrived
 * @property {number | null} retry the retry field of this event, in ms; null: none, or not valid
 */

/**
 * Parses the bytes of an event stream (WHATWG HTML 9.2.6). Chunks may end anywhere: inside a character, or between the
 * two bytes of a CRLF.
 */
export class SseParser {
  // Drops a byte order mark at the start, and replaces bytes that are not UTF-8.
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
   * @param {string} [lastEventId] the id after which the stream was resumed
   * @param {(ms: number) => void} [onRetry] called for each valid retry field, also if no event follows
   */
  constructor(lastEventId = "", onRetry = () => {}) {
    this.#lastEventId = lastEventId;
    this.#onRetry = onRetry;
  }

  /**
   * @param {Uint8Array} bytes
   * @returns {SseEvent[]} the events that these bytes completed
   */
  feed(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return [];
    if (this.#afterCarriageReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterCarriageReturn = text.endsWith("\r");
    // The unfinished line is not searched again, so that a line in many chunks costs linear time.
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
    // Servers begin a stream with a comment and a retry field. That retry field does not belong to the first event.
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
    // An id changes the last event id even without data, though without data there is no event.
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

  /** The number of characters that the parser holds: the unfinished line, and the data of the unfinished event. */
  get unfinished() {
    return this.#line.length + this.#data.length;
  }

  /** The last comment. Some servers say in it why the stream ends. */
  get comment() {
    return this.#comment;
  }

  /** The number of comments so far. */
  get comments() {
    return this.#comments;
  }

  /** The id after which the stream resumes. */
  get lastEventId() {
    return this.#lastEventId;
  }
}
