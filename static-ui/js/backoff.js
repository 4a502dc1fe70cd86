// @ts-check

const FLOOR = 250;
const BASE = 1_000;
const CEILING = 30_000;

/**
 * Gets the delay before the next attempt, in ms: exponential with full jitter, so that the clients of a restarted
 * server do not return together.
 * @param {number} attempt counts from 0
 */
export const backoff = (attempt) => Math.max(FLOOR, Math.random() * Math.min(CEILING, BASE * 2 ** attempt));

/**
 * @param {number} delay
 * @param {AbortSignal} signal ends the wait early
 * @returns {Promise<void>}
 */
export const sleep = (delay, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(wake, signal.aborted ? 0 : delay);
    signal.addEventListener("abort", wake);

    function wake() {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    }
  });
