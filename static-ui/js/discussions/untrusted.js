// @ts-check

import { isBlank, visible } from "../text.js";
import { Marks } from "./marks.js";

/**
 * The readers of this file turn a value from a server into one of a known type. A value of another type becomes the
 * empty value of that type.
 * @typedef {Record<string, unknown>} Fields
 */

/**
 * @param {unknown} value
 * @returns {Fields}
 */
export const fields = (value) =>
  (typeof value === "object" && value !== null && !Array.isArray(value) ? /** @type {Fields} */ (value) : {});

/**
 * @param {unknown} value
 * @returns {unknown[]}
 */
export const items = (value) => (Array.isArray(value) ? value : []);

/**
 * @param {unknown} value
 * @returns {string}
 */
export const text = (value) => (typeof value === "string" ? value : "");

/**
 * Reads a text that the page shows within its own sentences, such as a name: characters that are invisible or that
 * change the direction of the text after them are written as \uXXXX, and combining marks that follow many others are
 * removed.
 * @param {unknown} value
 * @returns {string} in one line; empty if nothing would be seen
 */
export const line = (value) =>
  (isBlank(text(value)) ? "" : visible(new Marks().limit(text(value).replace(/\s+/g, " ").trim())));

/**
 * @param {unknown} value
 * @returns {number} a whole number from 0
 */
export const count = (value) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : 0);

/**
 * @param {string} json
 * @returns {Fields} no fields if the text is not a JSON object
 */
export function parseFields(json) {
  try {
    return fields(JSON.parse(json));
  } catch {
    return {};
  }
}
