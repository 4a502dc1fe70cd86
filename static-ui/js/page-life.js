// @ts-check

import { duration } from "./text.js";

/**
 * A stream that can be closed and opened again where it was.
 * @typedef {object} Reopenable
 * @property {() => void} suspend closes it, if it is not closed
 * @property {() => void} resume opens it again after the last event id, if suspend closed it
 * @property {(cause: string) => void} reopen takes a new connection in place of one that may be dead, or waits no longer for
 *   the next attempt; a closed stream stays closed
 */

const TICK = 5_000;
// Browsers let a hidden page's timers run once a minute.
const ASLEEP = 90_000;
const LONG_HIDDEN = 60_000;

/**
 * Closes a stream while its page is frozen or in the back/forward cache, where a connection would receive nothing, and takes a
 * new connection where the old one may have died without a word.
 * @param {Reopenable} stream
 * @param {{ seesHeartbeats: boolean }} options a stream that does not see them cannot tell that its path died while the page was
 *   hidden
 */
export function followPage(stream, { seesHeartbeats }) {
  let ranAt = Date.now();
  let hiddenAt = 0;

  function leave() {
    stream.suspend();
  }

  function comeBack() {
    ranAt = Date.now();
    stream.resume();
  }

  /** @returns {boolean} */
  function lookForSleep() {
    const missed = Date.now() - ranAt;
    ranAt = Date.now();
    // Of a machine that slept, and of pages that phones suspend, no event tells; but the clock has jumped.
    if (missed < ASLEEP) return false;
    stream.reopen(`The page did not run for ${duration(missed)}`);
    return true;
  }

  function changeVisibility() {
    const hidden = Date.now() - hiddenAt;
    if (document.hidden) hiddenAt = Date.now();
    else if (!lookForSleep() && !seesHeartbeats && hidden >= LONG_HIDDEN) {
      stream.reopen(`The page was hidden for ${duration(hidden)}, in which the connection may have died`);
    }
  }

  function goOffline() {
    stream.reopen("The browser went offline");
  }

  function goOnline() {
    stream.reopen("The browser is online again");
  }

  addEventListener("pagehide", leave);
  addEventListener("pageshow", comeBack);
  document.addEventListener("freeze", leave);
  document.addEventListener("resume", comeBack);
  document.addEventListener("visibilitychange", changeVisibility);
  addEventListener("offline", goOffline);
  addEventListener("online", goOnline);
  setInterval(lookForSleep, TICK);
}
