// @ts-check

// The limit until the first heartbeat has arrived. A hub with the default settings sends one after 15 s of silence.
const FIRST_LIMIT = 20_000;
const FACTOR = 2.5;
const SHORTEST_LIMIT = 5_000;
// The server's heartbeats are at most 220 s apart, because Azure closes a connection that is silent for 230 s.
const LONGEST_LIMIT = FACTOR * 220_000;
// After a pause, a network delivers several heartbeats together, and their gaps are too short. So the longest of the
// last few gaps counts.
const GAPS = 4;
const SHORTEST_GAP = 500;
const LATE = 1_000;

/**
 * Detects that the connection of a stream is dead: the server sends a heartbeat after each interval of silence, and
 * none arrives. The watchdog measures that interval from the heartbeats, so that it works with every server, and keeps
 * the measured interval for the next connection.
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

  /** @param {(silence: number) => void} onDead called at most once per connection, with the silence in ms */
  constructor(onDead) {
    this.#onDead = onDead;
  }

  /** Starts to watch a connection that has just opened. */
  watch() {
    this.#isGreeted = false;
    this.#hear();
  }

  /**
   * Notes that bytes arrived.
   * @param {boolean} isHeartbeat whether the bytes were a comment and no event
   */
  heard(isHeartbeat) {
    const gap = performance.now() - this.#heardAt;
    // The server sends the first comment of a connection immediately, not after silence: it is no heartbeat.
    if (isHeartbeat && this.#isGreeted && gap >= SHORTEST_GAP) {
      this.#gaps = [...this.#gaps, gap].slice(-GAPS);
      this.#limit = Math.min(LONGEST_LIMIT, Math.max(SHORTEST_LIMIT, FACTOR * Math.max(...this.#gaps)));
    }
    this.#isGreeted = true;
    this.#hear();
  }

  /** Stops watching: the connection has ended. */
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
    // The timer is late: something, such as a debugger, stopped the page. Let the page read the bytes that arrived
    // meanwhile first.
    if (!this.#isGraced && performance.now() - this.#dueAt > LATE) {
      this.#isGraced = true;
      this.#wait(LATE);
      return;
    }
    // The connection may be alive and its heartbeats further apart, or turned off. So allow a longer silence next time.
    this.#limit = Math.min(LONGEST_LIMIT, 2 * this.#limit);
    this.#onDead(performance.now() - this.#heardAt);
  };
}
