// @ts-check

/** @typedef {import("./fetch-stream.js").Opening} Opening */
/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */

/**
 * @typedef {object} Delivery
 * @property {boolean} replayed from the history, not as it was published
 * @property {number | null} latency milliseconds by the hub's clock at one end and ours at the other; null: not known
 */

const HUB_ID = /^#(\d{1,15})-\d+$/;
// The Date header has whole seconds only: a smaller difference of the clocks cannot be told from none.
const TOLERANCE = 2_000;
const BURST = 1_000;

/** Tells the events of one connection that were replayed from those that were live. */
export class Deliveries {
  #openedAt = performance.now();
  #resumes;
  #skew;
  #hubOpenedAt;
  #live = false;
  #lastAt = performance.now();

  /** @param {Opening} opening */
  constructor({ asked, date }) {
    const now = Date.now();
    const difference = date === null ? 0 : date.getTime() + 500 - now;
    this.#resumes = asked !== "";
    this.#skew = Math.abs(difference) < TOLERANCE ? 0 : difference;
    this.#hubOpenedAt = now + this.#skew;
  }

  /** The hub's clock before ours, in milliseconds; 0 where no difference can be told. */
  get skew() {
    return this.#skew;
  }

  /**
   * In the order of arrival, which is that of the log: what follows a live event is live.
   * @param {SseEvent} event
   * @param {number} arrivedAt by performance.now()
   * @returns {Delivery}
   */
  judge(event, arrivedAt) {
    const published = HUB_ID.exec(event.id ?? "");
    const time = published === null ? null : Number(published[1]);
    if (!this.#resumes) this.#live = true;
    // A publisher's own id tells no time. History comes in one burst, right after the opening.
    const inBurst = arrivedAt - this.#lastAt < BURST;
    if (!this.#live) this.#live = time === null ? !inBurst : time >= this.#hubOpenedAt;
    this.#lastAt = arrivedAt;
    return { replayed: !this.#live, latency: time === null ? null : Date.now() + this.#skew - time };
  }

  /** @param {number} sentAt by performance.now() */
  isAfterOpening(sentAt) {
    return sentAt >= this.#openedAt;
  }
}
