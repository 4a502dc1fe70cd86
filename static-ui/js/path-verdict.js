// @ts-check

/**
 * Whether something between the server and the page buffers, judged by when the messages of a connection arrived.
 * - `measuring`: too few messages so far; `unknown`: the messages were sent too close together to judge
 * - `streams`: each message arrived when it was sent; `slow`: the same, but the first byte was late
 * - `buffered`: all messages arrived together; `lumps`: the messages arrived in several groups
 * @typedef {"measuring" | "unknown" | "streams" | "slow" | "buffered" | "lumps"} Verdict
 */

/**
 * @typedef {object} Measurement
 * @property {Verdict} verdict
 * @property {number} messages
 * @property {number} lumps groups of messages that arrived together
 * @property {number} spacing the mean time between the arrivals of two messages, in ms
 * @property {number} waited the time from the request to the last message, in ms
 */

const ENOUGH = 3;
// ms. A browser delivers messages that arrived together within a few milliseconds; servers send the messages of a
// stream further apart.
const TOGETHER = 20;
const SLOW_FIRST_BYTE = 3_000;
// ms. Messages that arrive together this soon may have been sent together.
const TOO_SOON_TO_TELL = 1_000;

/**
 * @param {number[]} arrivals when each message arrived, in ms after the request
 * @param {number} openedAfter when the connection opened, in ms after the request
 * @returns {Measurement}
 */
export function measure(arrivals, openedAfter) {
  const messages = arrivals.length;
  const waited = arrivals.at(-1) ?? 0;
  const spacing = messages < 2 ? 0 : (waited - arrivals[0]) / (messages - 1);
  // The mean time between two messages when the server sent them: buffering does not delay the last message.
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
 * Gets the protocol of the connections to a server, as the browser reports it.
 * @param {URL} url
 * @returns {string} such as `h2`; empty: the browser does not report it
 */
export function protocolOf(url) {
  // The browser reports a stream only after its end, and a stream of another origin only if that origin allows it.
  const stream = performance.getEntriesByName(url.href, "resource").at(-1);
  const page = url.origin === location.origin ? performance.getEntriesByType("navigation")[0] : undefined;
  for (const entry of [stream, page]) {
    if (entry instanceof PerformanceResourceTiming && entry.nextHopProtocol !== "") return entry.nextHopProtocol;
  }
  return "";
}
