// @ts-check

import { duration } from "./text.js";

/**
 * A stream that can be closed, and opened again after its last event id.
 * @typedef {object} Reopenable
 * @property {() => void} suspend closes the stream, unless it is closed, until resume() is called
 * @property {() => void} resume opens a suspended stream again, after the last event id
 * @property {(cause: string) => void} reopen replaces a connection that may be dead, or ends the wait for the next
 *   attempt; a closed stream stays closed
 */

const TICK = 5_000;
// ms. Longer than a minute, because browsers run the timers of a hidden page once a minute.
const ASLEEP = 90_000;
const LONG_HIDDEN = 60_000;

/**
 * Closes a stream while its page is frozen or in the back/forward cache, where it would receive nothing. Opens a new
 * connection when the old one may have died unnoticed: after sleep, after a change of the network, or after the page
 * was hidden.
 * @param {Reopenable} stream
 * @param {{ seesHeartbeats: boolean }} options seesHeartbeats: whether the stream itself notices a dead connection; if
 *   not, it is reopened after the page was hidden for long
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
    // Browsers send no event when a machine sleeps or a phone suspends a page. But then the clock jumps.
    if (missed < ASLEEP) return false;
    stream.reopen(`The page did not run for ${duration(missed)}, so the connection may be dead`);
    return true;
  }

  function changeVisibility() {
    const hidden = Date.now() - hiddenAt;
    if (document.hidden) hiddenAt = Date.now();
    else if (!lookForSleep() && !seesHeartbeats && hidden >= LONG_HIDDEN) {
      stream.reopen(`The page was hidden for ${duration(hidden)}, so the connection may be dead`);
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
