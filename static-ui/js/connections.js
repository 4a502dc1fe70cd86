// @ts-check

import { sleep } from "./backoff.js";
import { protocolOf } from "./path-verdict.js";

// A server that is up has answered by then, unless it has to start first.
const CHECK_AFTER = 2_000;
const PROBE_LIMIT = 4_000;
const LEAST_PROBE = 1_000;
const PROBE_FACTOR = 4;
// As many as a browser opens to a server over HTTP/1.1.
const CONNECTIONS = 6;
const ROUNDS = 2;
const MULTIPLEXED = ["h2", "h3"];

export const CROWDED = "This stream waits for a free connection. Over HTTP/1.1 a browser opens at most six connections to a "
  + "server, in all its tabs together, and each open stream holds one. Close a tab that has an open stream, or stop its stream: "
  + "this one then opens by itself. Over HTTP/2 there is room for about a hundred streams.";

/**
 * Watches a request for a stream that has no answer yet.
 * @param {URL} url
 * @param {number} patience ms
 * @param {(isCrowded: boolean) => void} onWaiting called every few seconds: whether the request has not even left the browser,
 *   because open streams hold all the connections that it opens to the server
 * @param {AbortSignal} signal the answer has come, or nobody waits for it any more
 * @returns {Promise<boolean>} whether the patience is over: true means that the request left the browser, and to ask again
 *   is better than to wait; false means the signal
 */
export async function awaitAnswer(url, patience, onWaiting, signal) {
  const startedAt = performance.now();
  let rounds = 0;
  while (true) {
    // One round is no proof: its requests may have taken idle connections that are dead. Then the next round has new ones.
    if (rounds === 0 || rounds >= ROUNDS) await sleep(CHECK_AFTER, signal);
    if (signal.aborted) return false;
    rounds = (await isCrowded(url, signal)) ? rounds + 1 : 0;
    if (signal.aborted) return false;
    if (rounds === 0 || rounds >= ROUNDS) onWaiting(rounds > 0);
    if (rounds === 0 && performance.now() - startedAt >= patience) return true;
  }
}

/**
 * Browsers keep requests with credentials apart from those without, each kind with connections of its own. So the same small
 * request is sent both ways: if it is answered over the other kind's connections, but waits where the stream waits, the server
 * is well and the browser has no connection left.
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
    // Any answer will do, and one that may not be read is an answer, too.
    const init = { method: "HEAD", mode: /** @type {const} */ ("no-cors"), cache: /** @type {const} */ ("no-store") };
    await fetch(new URL("/favicon.svg", url), { ...init, credentials, signal: ended });
  };

  try {
    const askedAt = performance.now();
    const sameWay = Array.from({ length: CONNECTIONS }, () => ask(isOwn ? "include" : "omit"));
    const anyAnswer = Promise.any(sameWay).then(() => false, () => false);
    const apart = ask(isOwn ? "omit" : "include").then(() => true, () => false);
    if (!(await Promise.race([apart, sleep(PROBE_LIMIT, ended).then(() => false)]))) return false;
    // On a machine, or a server, that is slow the others may be as slow.
    const limit = LEAST_PROBE + PROBE_FACTOR * (performance.now() - askedAt);
    return await Promise.race([anyAnswer, sleep(limit, ended).then(() => !ended.aborted)]);
  } finally {
    done.abort();
  }
}
