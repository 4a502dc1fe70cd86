// @ts-check

// Before a heartbeat was heard: a hub with the default settings sends one after 15 s of silence.
const FIRST_LIMIT = 20_000;
const FACTOR = 2.5;
const SHORTEST_LIMIT = 5_000;
// Heartbeats are at most 220 s apart, because Azure drops a connection that is silent for 230 s.
const LONGEST_LIMIT = FACTOR * 220_000;
// A path that hung for a moment delivers the next heartbeats together: the longest of a few gaps is the true one.
const GAPS = 4;
const SHORTEST_GAP = 500;
const LATE = 1_000;

/**
 * Finds out that the path under a stream is dead: the server sends a heartbeat after each interval of silence, and none comes.
 * The interval is learned from the heartbeats, so that no server has to tell it. What is learned from one connection is used for
 * the next.
 */
export class Watchdog {
  /** @type {(silence: number) => void} */ #onDead;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #limit = FIRST_LIMIT;
  /** @type {number[]} */ #gaps = [];
  #heardAt = 0;
  #dueAt = 0;
  #isGreeted = false;
  #isGraced = false;

  /** @param {(silence: number) => void} onDead called once a connection, with the silence in ms */
  constructor(onDead) {
    this.#onDead = onDead;
  }

  /** A connection has opened. */
  watch() {
    this.#isGreeted = false;
    this.#hear();
  }

  /**
   * Bytes came.
   * @param {boolean} isHeartbeat nothing but a comment
   */
  heard(isHeartbeat) {
    const gap = performance.now() - this.#heardAt;
    // The first comment of a connection comes at once: it greets.
    if (isHeartbeat && this.#isGreeted && gap >= SHORTEST_GAP) {
      this.#gaps = [...this.#gaps, gap].slice(-GAPS);
      this.#limit = Math.min(LONGEST_LIMIT, Math.max(SHORTEST_LIMIT, FACTOR * Math.max(...this.#gaps)));
    }
    this.#isGreeted = true;
    this.#hear();
  }

  /** The connection is over. */
  rest() {
    clearTimeout(this.#timer);
  }

  #hear() {
    this.#heardAt = performance.now();
    this.#isGraced = false;
    this.#wait(this.#limit);
  }

  /** @param {number} ms */
  #wait(ms) {
    clearTimeout(this.#timer);
    this.#dueAt = performance.now() + ms;
    this.#timer = setTimeout(this.#expire, ms);
  }

  #expire = () => {
    // A page that was kept from running, by a debugger for one, has yet to read what came meanwhile.
    if (!this.#isGraced && performance.now() - this.#dueAt > LATE) {
      this.#isGraced = true;
      this.#wait(LATE);
      return;
    }
    // It was not the path, perhaps, but heartbeats that are further apart, or turned off: the next silence may be longer.
    this.#limit = Math.min(LONGEST_LIMIT, 2 * this.#limit);
    this.#onDead(performance.now() - this.#heardAt);
  };
}
