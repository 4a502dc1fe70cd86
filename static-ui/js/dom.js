// @ts-check

/**
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function get(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`#${id} is missing from the page`);
  return element;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} text
 */
export function cell(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  // textContent, so that text from a server is never parsed as markup.
  element.textContent = text;
  return element;
}

/** @param {Date} time */
export function timeCell(time) {
  const stamp = cell("time", "row-time", clock(time));
  stamp.setAttribute("datetime", time.toISOString());
  return stamp;
}

/** @param {Date} time */
function clock(time) {
  /** @param {number} value @param {number} width */
  const pad = (value, width) => String(value).padStart(width, "0");
  const hms = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => pad(part, 2));
  return `${hms.join(":")}.${pad(time.getMilliseconds(), 3)}`;
}
