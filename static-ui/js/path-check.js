// @ts-check

import { cell } from "./dom.js";
import { measure, protocolOf } from "./path-verdict.js";
import { duration } from "./text.js";

/** @typedef {import("./path-verdict.js").Measurement} Measurement */
/** @typedef {import("./path-verdict.js").Verdict} Verdict */

const GUIDE = "docs/troubleshooting.md";
const MAX_ARRIVALS = 1_000;
/** @type {Verdict[]} */
const TROUBLES = ["buffered", "lumps", "slow"];

/** @type {Record<Verdict, string>} */
const NAMES = {
  measuring: "Measuring …",
  unknown: "Cannot tell.",
  streams: "Yes, it streams.",
  slow: "Yes, after a slow start.",
  buffered: "No, it is buffered.",
  lumps: "Not quite: it is buffered in part.",
};

/** Says whether the messages of a stream come when they are sent, or something on the way holds them back. */
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
   * @param {URL} url of the stream
   */
  constructor(element, url) {
    this.#element = element;
    this.#url = url;
    this.#invitation = element.textContent ?? "";
    // What waits for a page to be looked at again arrives in a lump, too.
    document.addEventListener("visibilitychange", this.#measureAnew);
  }

  started() {
    this.#measureAnew();
    this.#isFirstConnection = true;
    this.#show("measuring", "");
  }

  opened() {
    // When another is asked for, nobody tells; it may have been in vain for a while.
    if (this.#isFirstConnection) this.#openedAfter = this.#now();
  }

  received() {
    if (document.hidden || this.#arrivals.length >= MAX_ARRIVALS) return;
    this.#arrivals.push(this.#arrivalOfChunk());
    const measured = measure(this.#arrivals, this.#openedAfter);
    // That nothing can be told is certain only at the end. And figures that change with each message would be unrest.
    const { verdict } = measured;
    const isKnown = verdict !== "measuring" && verdict !== "unknown";
    if (isKnown && verdict !== this.#verdict) this.#show(verdict, this.#detail(measured));
  }

  /** The connection is lost: what comes next comes over another. */
  interrupted() {
    this.#measureAnew();
    this.#isFirstConnection = false;
    this.#openedAfter = 0;
  }

  ended() {
    const measured = measure(this.#arrivals, this.#openedAfter);
    if (measured.verdict !== "measuring") this.#show(measured.verdict, this.#detail(measured));
    else if (this.#verdict === "measuring") this.#show("unknown", "Too few messages came over one connection.");
  }

  clear() {
    this.#verdict = null;
    delete this.#element.dataset.verdict;
    this.#element.textContent = this.#invitation;
  }

  #now() {
    return performance.now() - this.#startedAt;
  }

  // A browser hands over the messages of a chunk one after the other in one task. The time that the page takes to show each of
  // them, which on a busy machine is long, says nothing about the path.
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
        return `Messages come ${duration(spacing)} apart, each when it is sent. ${this.#protocol()}`;
      case "slow":
        return `Messages come ${duration(spacing)} apart, but the first byte took ${duration(this.#openedAfter)}: `
          + "an instance had to start, or something on the way waits for more before it passes anything on.";
      case "buffered":
        return `${messages} messages came at once, after ${duration(waited)}. Something between the function and `
          + "this page collects the response before it passes it on.";
      case "lumps":
        return `${messages} messages came in ${lumps} lumps. Something between the function and this page collects `
          + "a part of the response before it passes it on.";
      default:
        return "The messages came too close together: with a Demo:Delay of a second or two it would show.";
    }
  }

  #protocol() {
    const protocol = protocolOf(this.#url);
    if (protocol === "h2" || protocol === "h3") return `Over HTTP/${protocol.slice(1)}.`;
    return protocol === "http/1.1" ? "Over HTTP/1.1: a browser opens six streams to a server at most." : "";
  }

  /**
   * @param {Verdict} verdict
   * @param {string} detail
   */
  #show(verdict, detail) {
    this.#verdict = verdict;
    this.#element.dataset.verdict = verdict;
    this.#element.replaceChildren(cell("strong", "", NAMES[verdict]), ` ${detail}`);
    if (TROUBLES.includes(verdict)) this.#element.append(" What to do: ", cell("code", "", GUIDE));
  }
}
