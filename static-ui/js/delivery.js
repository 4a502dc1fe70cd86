// @ts-check

/** @typedef {import("./fetch-stream.js").Opening} Opening */
/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */

/**
 * @typedef {object} Delivery
 * @property {boolean} replayed whether the event came from the history; false: it is live
 * @property {number | null} latency ms from the publishing, by the hub's clock, to the arrival, by this machine's
 *   clock; null: unknown, because the id is not the hub's and has no time
 */

const HUB_ID = /^#(\d{1,15})-\d+$/;
// The header Date has whole seconds only, so smaller differences between the clocks cannot be measured.
const TOLERANCE = 2_000;
const BURST = 1_000;

/** Decides for each event of one connection whether it was replayed or is live. */
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

  /** How far the hub's clock is ahead of this machine's, in ms. 0: no difference that can be measured. */
  get skew() {
    return this.#skew;
  }

  /**
   * Call it once for each event, in the order of arrival. That is the order of the log, so every event after a live one
   * is live.
   * @param {SseEvent} event
   * @param {number} arrivedAt by performance.now()
   * @returns {Delivery}
   */
  judge(event, arrivedAt) {
    const published = HUB_ID.exec(event.id ?? "");
    const time = published === null ? null : Number(published[1]);
    if (!this.#resumes) this.#live = true;
    // An id that the publisher chose has no time. The history arrives in one burst, directly after the opening.
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
