// @ts-check

import { cell } from "./dom.js";
import { measure, protocolOf } from "./path-verdict.js";
import { duration } from "./text.js";

/** @typedef {import("./path-verdict.js").Measurement} Measurement */
/** @typedef {import("./path-verdict.js").Verdict} Verdict */

const GUIDE = "docs/troubleshooting.md";
const MAX_ARRIVALS = 1_000;
const TOO_FEW = "Too few messages arrived over one connection: start again, and let at least three arrive.";
/** @type {Verdict[]} */
const TROUBLES = ["buffered", "lumps", "slow"];

/** @type {Record<Verdict, string>} */
const NAMES = {
  measuring: "Measuring …",
  unknown: "Not known.",
  streams: "Yes, it streams.",
  slow: "Yes, after a slow start.",
  buffered: "No, something buffers them.",
  lumps: "In part: something buffers some of them.",
};

/** Shows whether the messages of a stream arrive when the server sends them, or something on the way buffers them. */
export class PathCheck {
  /** @type {HTMLElement} */ #element;
  /** @type {URL} */ #url;
  #invitation;
  #startedAt = 0;
  #openedAfter = 0;
  #isFirstConnection = true;
  /** @type {number[]} */ #arrivals = [];
  /** @type {number | null} */ #arrival = null;
  /** @type {Verdict | null} */ #verdict = null;

  /**
   * @param {HTMLElement} element
   * @param {URL} url the address of the stream
   */
  constructor(element, url) {
    this.#element = element;
    this.#url = url;
    this.#invitation = element.textContent ?? "";
    // Browsers deliver the messages of a hidden page late and together: they say nothing about the path.
    document.addEventListener("visibilitychange", this.#measureAnew);
  }

  started() {
    this.#measureAnew();
    this.#isFirstConnection = true;
    this.#show("measuring", "");
  }

  opened() {
    // Only the first connection: the browser does not tell when it requests a later one, nor how often it tried.
    if (this.#isFirstConnection) this.#openedAfter = this.#now();
  }

  received() {
    if (document.hidden || this.#arrivals.length >= MAX_ARRIVALS) return;
    this.#arrivals.push(this.#arrivalOfChunk());
    const measured = measure(this.#arrivals, this.#openedAfter);
    // Show `unknown` only at the end, because the next message may change it. Show a verdict once: figures that change
    // with each message are hard to read.
    const { verdict } = measured;
    const isKnown = verdict !== "measuring" && verdict !== "unknown";
    if (isKnown && verdict !== this.#verdict) this.#show(verdict, this.#detail(measured));
  }

  /** Starts a new measurement: the connection is lost, and later messages arrive over another one. */
  interrupted() {
    this.#measureAnew();
    this.#isFirstConnection = false;
    this.#openedAfter = 0;
  }

  ended() {
    const measured = measure(this.#arrivals, this.#openedAfter);
    if (measured.verdict !== "measuring") this.#show(measured.verdict, this.#detail(measured));
    else if (this.#verdict === "measuring") this.#show("unknown", TOO_FEW);
  }

  clear() {
    this.#verdict = null;
    delete this.#element.dataset.verdict;
    this.#element.textContent = this.#invitation;
  }

  #now() {
    return performance.now() - this.#startedAt;
  }

  // A browser delivers the messages of a chunk one after the other in one task. They get one arrival time, because the
  // time that the page needs to show each of them says nothing about the path, and is long on a busy machine.
  #arrivalOfChunk() {
    if (this.#arrival === null) {
      this.#arrival = this.#now();
      setTimeout(this.#endTask);
    }
    return this.#arrival;
  }

  #endTask = () => {
    this.#arrival = null;
  };

  #measureAnew = () => {
    this.#arrival = null;
    this.#startedAt = performance.now();
    this.#arrivals = [];
  };

  /** @param {Measurement} measured */
  #detail({ verdict, messages, lumps, spacing, waited }) {
    switch (verdict) {
      case "streams":
        return `Messages arrive ${duration(spacing)} apart, each when the server sends it. ${this.#protocol()}`;
      case "slow":
        return `Messages arrive ${duration(spacing)} apart, but the first byte took ${duration(this.#openedAfter)}. `
          + "Either an instance had to start, or something on the way, such as a proxy, waits for more data at first.";
      case "buffered":
        return `${messages} messages arrived together, after ${duration(waited)}. Something between the server and `
          + "this page, such as a proxy, collects the response before it passes it on.";
      case "lumps":
        return `${messages} messages arrived in ${lumps} groups. Something between the server and this page, such as a `
          + "proxy, collects a part of the response before it passes it on.";
      default:
        return "The messages were sent too close together. Set Demo:Delay to a second or more, and start again.";
    }
  }

  #protocol() {
    const protocol = protocolOf(this.#url);
    if (protocol === "h2" || protocol === "h3") return `Over HTTP/${protocol.slice(1)}.`;
    return protocol === "http/1.1" ? "Over HTTP/1.1, so a browser opens at most six streams to this server." : "";
  }

  /**
   * @param {Verdict} verdict
   * @param {string} detail
   */
  #show(verdict, detail) {
    this.#verdict = verdict;
    this.#element.dataset.verdict = verdict;
    this.#element.replaceChildren(cell("strong", "", NAMES[verdict]), ` ${detail}`);
    if (TROUBLES.includes(verdict)) this.#element.append(" How to find the cause: ", cell("code", "", GUIDE));
  }
}
