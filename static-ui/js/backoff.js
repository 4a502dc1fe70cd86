// @ts-check

const FLOOR = 250;
const BASE = 1_000;
const CEILING = 30_000;

/**
 * Full jitter, so that the clients of a restarted server do not return all at once.
 * @param {number} attempt
 */
export const backoff = (attempt) => Math.max(FLOOR, Math.random() * Math.min(CEILING, BASE * 2 ** attempt));

/**
 * @param {number} delay
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export const sleep = (delay, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, delay);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", wake, { once: true });
  });
