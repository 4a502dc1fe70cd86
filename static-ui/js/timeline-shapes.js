// @ts-check

/** @typedef {"message" | "open" | "error" | "close"} MarkKind */

export const SPAN = 60_000;
export const STEP = 10_000;

export const MARGIN = 14;
export const TOP = 14;
export const LANE = 58;
export const BOTTOM = 88;
export const AXIS = 110;
export const LABEL_Y = -16;

const ROOM_FOR_UNIT = 56;

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
export function svg(tag, attributes, text) {
  const element = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * @param {number} width
 * @returns {SVGElement[]}
 */
export function axis(width) {
  const elements = [svg("line", { class: "track", x1: MARGIN, x2: width - MARGIN, y1: LANE, y2: LANE })];
  const step = ((width - 2 * MARGIN) * STEP) / SPAN;
  const unit = step < ROOM_FOR_UNIT ? "" : " s";
  for (let age = 0; age <= SPAN; age += STEP) {
    const x = width - MARGIN - (age / STEP) * step;
    const anchor = age === 0 ? "end" : age === SPAN ? "start" : "middle";
    const label = age === 0 ? "now" : `−${age / 1000}${unit}`;
    elements.push(
      svg("line", { class: "tick", x1: x, x2: x, y1: TOP, y2: BOTTOM }),
      svg("text", { class: "axis", x, y: AXIS, "text-anchor": anchor }, label),
    );
  }
  return elements;
}

/** @param {MarkKind} kind */
export function shape(kind) {
  switch (kind) {
    case "message":
      return svg("circle", { class: "mark-message", r: 5 });
    case "open":
      return svg("line", { class: "mark-open", y1: -11, y2: 11 });
    case "error":
      return svg("path", { class: "mark-error", d: "M-4.5 -4.5l9 9m0 -9l-9 9" });
    case "close":
      // Hollow, so that the last message stays visible: it usually arrives together with the close event.
      return svg("rect", { class: "mark-close", x: -7.5, y: -7.5, width: 15, height: 15, rx: 2.5 });
  }
}
