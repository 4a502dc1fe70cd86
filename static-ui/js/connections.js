// @ts-check

import { sleep } from "./backoff.js";
import { protocolOf } from "./path-verdict.js";

// ms. A server has answered by then, unless it has to start first.
const CHECK_AFTER = 2_000;
const PROBE_LIMIT = 4_000;
const LEAST_PROBE = 1_000;
const PROBE_FACTOR = 4;
// The most connections that a browser opens to one server over HTTP/1.1.
const CONNECTIONS = 6;
const ROUNDS = 2;
const MULTIPLEXED = ["h2", "h3"];

export const CROWDED = "This stream is waiting for a free connection. Over HTTP/1.1 a browser opens at most six "
  + "connections to a server, in all tabs together, and each open stream uses one. Stop a stream in another tab, or "
  + "close that tab: this stream then opens automatically. Over HTTP/2 there is room for about a hundred streams.";

/**
 * Waits while a request for a stream has no answer, and finds out why it has none.
 * @param {URL} url
 * @param {number} patience ms
 * @param {(isCrowded: boolean) => void} onWaiting called every few seconds. True: the request has not left the browser,
 *   because open streams use all connections that the browser opens to the server
 * @param {AbortSignal} signal aborts when the answer has arrived or is no longer wanted
 * @returns {Promise<boolean>} true: the request left the browser and had no answer for as long as patience says, so
 *   send it again; false: the signal was aborted
 */
export async function awaitAnswer(url, patience, onWaiting, signal) {
  const startedAt = performance.now();
  let rounds = 0;
  while (true) {
    // One round proves nothing: its requests may have used idle connections that are dead. The next uses new ones.
    if (rounds === 0 || rounds >= ROUNDS) await sleep(CHECK_AFTER, signal);
    if (signal.aborted) return false;
    rounds = (await isCrowded(url, signal)) ? rounds + 1 : 0;
    if (signal.aborted) return false;
    if (rounds === 0 || rounds >= ROUNDS) onWaiting(rounds > 0);
    if (rounds === 0 && performance.now() - startedAt >= patience) return true;
  }
}

/**
 * Finds out whether the browser has no free connection for the stream. Browsers use separate connections for requests
 * with credentials and for requests without. So a small request is sent both ways. If the server answers it over the
 * connections that the stream does not use, but not over those that it does, then the server works and the browser has
 * no connection left.
 * @param {URL} url
 * @param {AbortSignal} signal
 */
async function isCrowded(url, signal) {
  if (MULTIPLEXED.includes(protocolOf(url))) return false;
  const isOwn = url.origin === location.origin;
  const done = new AbortController();
  const ended = AbortSignal.any([signal, done.signal]);
  /** @param {RequestCredentials} credentials */
  const ask = async (credentials) => {
    // Every answer counts, also one that CORS keeps this page from reading.
    const init = { method: "HEAD", mode: /** @type {const} */ ("no-cors"), cache: /** @type {const} */ ("no-store") };
    await fetch(new URL("/favicon.svg", url), { ...init, credentials, signal: ended });
  };

  try {
    const askedAt = performance.now();
    const sameWay = Array.from({ length: CONNECTIONS }, () => ask(isOwn ? "include" : "omit"));
    const anyAnswer = Promise.any(sameWay).then(() => false, () => false);
    const apart = ask(isOwn ? "omit" : "include").then(() => true, () => false);
    if (!(await Promise.race([apart, sleep(PROBE_LIMIT, ended).then(() => false)]))) return false;
    // If the machine or the server is slow, the other requests may take as long.
    const limit = LEAST_PROBE + PROBE_FACTOR * (performance.now() - askedAt);
    return await Promise.race([anyAnswer, sleep(limit, ended).then(() => !ended.aborted)]);
  } finally {
    done.abort();
  }
}
