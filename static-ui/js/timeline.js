// @ts-check

import { AXIS, BOTTOM, LABEL_Y, LANE, MARGIN, SPAN, STEP, TOP, axis, shape, svg } from "./timeline-shapes.js";

/** @typedef {import("./stream-status.js").StreamState} StreamState */
/** @typedef {import("./timeline-shapes.js").MarkKind} MarkKind */
/** @typedef {{ kind: MarkKind, time: number, id: string, node: SVGElement | null }} Mark */
/** @typedef {{ state: StreamState, from: number, to: number, nodes: SVGElement[] }} Segment */

const MAX_MARKS = 600;
const SUMMARY_EVERY = 10_000;
const DIGIT = 7;
const LONGEST_LABEL = 6;

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** Draws the last minute of a stream, scrolling to the left. */
export class Timeline {
  /** @type {SVGSVGElement} */ #root;
  #grid = svg("g", { class: "grid" });
  // A nested <svg> clips the scrolling content. A clipPath would need an id that is unique in the page.
  #plot = svg("svg", { x: 0, y: 0, height: AXIS + 8 });
  #scroll = svg("g", {});
  #lanes = svg("g", {});
  #dots = svg("g", {});

  /** @type {Segment[]} */ #segments = [];
  /** @type {Mark[]} */ #marks = [];
  /** @type {StreamState} */ #state = "closed";
  #origin = performance.now();
  #width = 0;
  #labelEnd = -Infinity;
  #pending = false;
  #summarized = 0;

  /** @param {SVGSVGElement} root */
  constructor(root) {
    this.#root = root;
    this.#scroll.append(this.#lanes, this.#dots);
    this.#plot.append(this.#scroll);
    root.append(this.#grid, this.#plot);
    new ResizeObserver(this.#resize).observe(root);
    document.addEventListener("visibilitychange", this.#schedule);
  }

  get #empty() {
    return this.#segments.length === 0 && this.#marks.length === 0;
  }

  /** @param {StreamState} state */
  setState(state) {
    if (state === this.#state) return;
    this.#finishSegment();
    if (this.#empty) this.#origin = performance.now();
    this.#state = state;
    this.#beginSegment();
    this.#summarize(true);
    this.#refresh();
  }

  /**
   * @param {MarkKind} kind
   * @param {string} [id]
   */
  mark(kind, id = "") {
    const mark = { kind, id, time: performance.now(), node: null };
    this.#marks.push(mark);
    this.#drawMark(mark);
    this.#summarize(false);
    this.#refresh();
  }

  clear() {
    this.#segments = [];
    this.#marks = [];
    this.#origin = performance.now();
    this.#beginSegment();
    this.#redraw();
    this.#summarize(true);
    this.#schedule();
  }

  #beginSegment() {
    if (this.#state === "closed") return;
    const segment = { state: this.#state, from: performance.now(), to: Infinity, nodes: [] };
    this.#segments.push(segment);
    this.#drawSegment(segment);
  }

  #finishSegment() {
    const open = this.#segments.at(-1);
    if (open?.to === Infinity) {
      open.to = performance.now();
      this.#stretch(open, open.to);
    }
  }

  /** @param {number} time */
  #x(time) {
    return ((time - this.#origin) * (this.#width - 2 * MARGIN)) / SPAN;
  }

  #resize = () => {
    const width = Math.round(this.#root.getBoundingClientRect().width);
    if (width === 0 || width === this.#width) return;
    this.#width = width;
    this.#plot.setAttribute("width", String(width));
    this.#grid.replaceChildren(...axis(width));
    this.#redraw();
    this.#schedule();
  };

  #redraw() {
    this.#lanes.replaceChildren();
    this.#dots.replaceChildren();
    this.#labelEnd = -Infinity;
    this.#segments.forEach(this.#drawSegment);
    this.#marks.forEach(this.#drawMark);
    this.#draw();
  }

  /** @param {Segment} segment */
  #drawSegment = (segment) => {
    const x = this.#x(segment.from);
    const live = segment.state === "live";
    const line = svg("line", { class: live ? "live" : "waiting", x1: x, y1: LANE, y2: LANE });
    const band = svg("rect", { class: "band", x, y: TOP, height: BOTTOM - TOP, rx: 4 });
    segment.nodes = live ? [band, line] : [line];
    this.#lanes.append(...segment.nodes);
    this.#stretch(segment, Math.min(segment.to, performance.now()));
  };

  /**
   * @param {Segment} segment
   * @param {number} end
   */
  #stretch({ from, nodes }, end) {
    for (const node of nodes) {
      if (node.tagName === "rect") node.setAttribute("width", String(Math.max(0, this.#x(end) - this.#x(from))));
      else node.setAttribute("x2", String(this.#x(end)));
    }
  }

  /** @param {Mark} mark */
  #drawMark = (mark) => {
    const x = this.#x(mark.time);
    const node = svg("g", { transform: `translate(${x} ${LANE})` });
    const time = new Date(performance.timeOrigin + mark.time).toLocaleTimeString();
    node.append(svg("title", {}, `${mark.kind} ${mark.id}`.trim() + `, ${time}`), shape(mark.kind));
    const half = (mark.id.length * DIGIT) / 2 + 3;
    if (mark.id !== "" && mark.id.length <= LONGEST_LABEL && x - half >= this.#labelEnd) {
      node.append(svg("text", { class: "mark-id", y: LABEL_Y, "text-anchor": "middle" }, mark.id));
      this.#labelEnd = x + half;
    }
    mark.node = node;
    this.#dots.append(node);
  };

  #forgetOld() {
    const horizon = performance.now() - SPAN - STEP;
    while (this.#marks.length > MAX_MARKS || (this.#marks[0]?.time ?? Infinity) < horizon) {
      this.#marks.shift()?.node?.remove();
    }
    while ((this.#segments[0]?.to ?? Infinity) < horizon) {
      this.#segments.shift()?.nodes.forEach((node) => node.remove());
    }
  }

  #draw() {
    if (this.#width === 0) return;
    const now = performance.now();
    this.#forgetOld();
    const open = this.#segments.at(-1);
    if (open?.to === Infinity) this.#stretch(open, now);
    this.#scroll.setAttribute("transform", `translate(${this.#width - MARGIN - this.#x(now)} 0)`);
  }

  #refresh() {
    this.#draw();
    this.#schedule();
  }

  #frame = () => {
    this.#pending = false;
    this.#draw();
    this.#schedule();
  };

  #schedule = () => {
    if (this.#pending || document.hidden || this.#empty) return;
    this.#pending = true;
    if (reducedMotion.matches) setTimeout(this.#frame, 1_000);
    else requestAnimationFrame(this.#frame);
  };

  /** @param {boolean} now false: at most every SUMMARY_EVERY ms, because a screen reader may read every change */
  #summarize(now) {
    const time = performance.now();
    if (!now && time - this.#summarized < SUMMARY_EVERY) return;
    this.#summarized = time;
    /** @param {MarkKind} kind @param {string} word */
    const count = (kind, word) => {
      const total = this.#marks.filter((mark) => mark.kind === kind).length;
      return `${total} ${word}${total === 1 ? "" : "s"}`;
    };
    const parts = [this.#state, count("message", "message"), count("error", "error")];
    this.#root.setAttribute("aria-label", `Timeline of the last 60 seconds: ${parts.join(", ")}.`);
  }
}
