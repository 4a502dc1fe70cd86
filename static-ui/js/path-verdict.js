// @ts-check

/**
 * What the arrivals of a connection's messages say about the way that they took.
 * - `measuring`: too few yet; `unknown`: all there are, and they tell nothing
 * - `streams`: each came when it was sent; `slow`: so, but the first byte was late
 * - `buffered`: all came at once; `lumps`: several came at once, again and again
 * @typedef {"measuring" | "unknown" | "streams" | "slow" | "buffered" | "lumps"} Verdict
 */

/**
 * @typedef {object} Measurement
 * @property {Verdict} verdict
 * @property {number} messages
 * @property {number} lumps groups of messages that came together
 * @property {number} spacing the mean time between two messages, in ms
 * @property {number} waited until the last of them, in ms
 */

const ENOUGH = 3;
// A browser hands over what came together within a few milliseconds; so close nobody sends what is worth a stream.
const TOGETHER = 20;
const SLOW_FIRST_BYTE = 3_000;
// What came at once and this soon may have been sent at once.
const TOO_SOON_TO_TELL = 1_000;

/**
 * @param {number[]} arrivals of the messages, in ms after the connection was asked for
 * @param {number} openedAfter ms
 * @returns {Measurement}
 */
export function measure(arrivals, openedAfter) {
  const messages = arrivals.length;
  const waited = arrivals.at(-1) ?? 0;
  const spacing = messages < 2 ? 0 : (waited - arrivals[0]) / (messages - 1);
  // However they arrived: this is the time between two when they were sent.
  const sent = messages < 2 ? 0 : waited / (messages - 1);
  const isTogether = (/** @type {number} */ gap) => gap < TOGETHER && gap < sent / 4;
  const together = arrivals.filter((time, index) => index > 0 && isTogether(time - arrivals[index - 1])).length;
  return { verdict: verdict(), messages, lumps: messages - together, spacing, waited };

  /** @returns {Verdict} */
  function verdict() {
    if (messages < ENOUGH) return "measuring";
    if (together === messages - 1) return waited < TOO_SOON_TO_TELL ? "unknown" : "buffered";
    if (together * 3 >= messages) return "lumps";
    return openedAfter > SLOW_FIRST_BYTE ? "slow" : "streams";
  }
}

/**
 * The protocol of the connections to an address, as a browser tells it.
 * @param {URL} url
 * @returns {string} such as `h2`; empty: it does not tell
 */
export function protocolOf(url) {
  // That of a stream is there when the stream is over, and of another origin only if that allows it.
  const stream = performance.getEntriesByName(url.href, "resource").at(-1);
  const page = url.origin === location.origin ? performance.getEntriesByType("navigation")[0] : undefined;
  for (const entry of [stream, page]) {
    if (entry instanceof PerformanceResourceTiming && entry.nextHopProtocol !== "") return entry.nextHopProtocol;
  }
  return "";
}
