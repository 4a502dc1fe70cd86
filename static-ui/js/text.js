// @ts-check

const DEEPEST = 32;
const INDENT = "  ";
// Objects and arrays up to this many characters stay on one line: a list of numbers must not fill a screen.
const ONE_LINE = 64;

// Control characters, and characters that are invisible or change the direction of the text after them.
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * @param {string} text
 * @returns {string} the text with the characters of HIDDEN written as \uXXXX; tabs and line breaks stay
 */
export const visible = (text) =>
  text.replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * @param {string} text such as an event id, which a server may make as long as it likes
 * @param {number} [most] characters
 * @returns {string} the visible text, cut after that many characters
 */
export const brief = (text, most = 64) => (text.length > most ? `${visible(text.slice(0, most))}…` : visible(text));

/**
 * @param {string} text
 * @returns {boolean} whether the text is only white space and characters without a width
 */
export const isBlank = (text) => /^[\s\u200b-\u200d\u2060\ufeff]*$/.test(text);

/**
 * Indents JSON, and keeps each token as it was written: parsing would round long numbers and drop repeated names.
 * @param {string} text
 * @returns {string | null} null: not a JSON object or array, or nested deeper than DEEPEST
 */
export function prettyJson(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
  } catch {
    return null;
  }
  // The text is valid JSON, so strings, brackets, commas and colons are enough to find the tokens.
  const tokens = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g) ?? [];
  let at = 0;
  let tooDeep = false;

  /**
   * @param {number} depth
   * @returns {string}
   */
  function next(depth) {
    const open = tokens[at++];
    if (open !== "{" && open !== "[") return open;
    tooDeep ||= depth > DEEPEST;
    if (tooDeep) return "";
    const items = [];
    while (tokens[at] !== "}" && tokens[at] !== "]") {
      if (tokens[at] === ",") at++;
      let item = next(depth + 1);
      if (tooDeep) return "";
      if (tokens[at] === ":") item += `: ${(at++, next(depth + 1))}`;
      items.push(item);
    }
    const close = tokens[at++];
    const line = `${open}${items.join(", ")}${close}`;
    if (line.length <= ONE_LINE && !line.includes("\n")) return line;
    const indent = `\n${INDENT.repeat(depth)}`;
    return `${open}${indent}${INDENT}${items.join(`,${indent}${INDENT}`)}${indent}${close}`;
  }

  const pretty = next(0);
  return tooDeep ? null : pretty;
}

/**
 * @param {number} ms
 * @returns {string} the duration for a reader, such as `1.5 s`
 */
export function duration(ms) {
  const size = Math.abs(ms);
  if (size < 10) return `${ms.toFixed(1)} ms`.replace("-", "−");
  if (size < 1_000) return `${Math.round(ms)} ms`.replace("-", "−");
  if (size < 60_000) return `${(ms / 1_000).toFixed(1)} s`.replace("-", "−");
  if (size < 3_600_000) return `${Math.round(ms / 60_000)} min`.replace("-", "−");
  if (size < 172_800_000) return `${Math.round(ms / 3_600_000)} h`.replace("-", "−");
  return `${Math.round(ms / 86_400_000)} days`.replace("-", "−");
}
