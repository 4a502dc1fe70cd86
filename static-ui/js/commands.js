// @ts-check

import { shellWord } from "./endpoint.js";
import { subscribeFields } from "./protocol.js";

/** @typedef {import("./protocol.js").Subscription} Subscription */

/**
 * @typedef {object} Update
 * @property {string[]} topics
 * @property {string} data
 * @property {boolean} isPrivate
 * @property {string} id empty: the hub chooses one
 * @property {string} type empty: none
 * @property {string} retry empty: none
 */

// Characters that dataOption() encodes. A line break is not one of them: it is safe inside quotes.
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;
const LINE_BREAK = " \\\n  ";

/**
 * @param {URL} hub
 * @param {Subscription} subscription
 */
export function subscribeUrl(hub, subscription) {
  const url = new URL(hub);
  for (const [name, value] of subscribeFields(subscription)) url.searchParams.append(name, value);
  return url;
}

/**
 * Gets the form fields of an update, in the order of the Mercure specification. Optional fields that are empty are left
 * out: for the hub an empty field is not the same as a missing one.
 * @param {Update} update
 */
export function updateFields({ topics, data, isPrivate, id, type, retry }) {
  const fields = topics.map((topic) => ["topic", topic]);
  fields.push(["data", data]);
  if (isPrivate) fields.push(["private", "on"]);
  if (id !== "") fields.push(["id", id]);
  if (type !== "") fields.push(["type", type]);
  if (retry !== "") fields.push(["retry", retry]);
  return fields;
}

/**
 * @param {URL} hub
 * @param {Subscription} subscription
 * @param {string} token
 */
export function subscribeCommand(hub, subscription, token) {
  const fields = subscribeFields(subscription).map(dataOption);
  return ["curl -NG", ...authorization(token), ...fields, shellWord(hub)].join(LINE_BREAK);
}

/**
 * @param {URL} hub
 * @param {Update} update
 * @param {string} token
 */
export const publishCommand = (hub, update, token) =>
  ["curl", ...authorization(token), ...updateFields(update).map(dataOption), shellWord(hub)].join(LINE_BREAK);

/**
 * Gets JavaScript that subscribes with an EventSource. It cannot set headers, so the token goes into a cookie; with 0.x
 * it may go into the URL.
 * @param {URL} hub
 * @param {Subscription} subscription
 * @param {string} token
 */
export function snippet(hub, subscription, token) {
  const isV1 = subscription.protocol === "1.0";
  const lines = [`const url = new URL(${literal(hub.href)});`];
  for (const [name, value] of subscribeFields(subscription)) {
    lines.push(`url.searchParams.append("${name}", ${literal(value)});`);
  }
  if (token !== "" && !isV1) lines.push(`url.searchParams.append("authorization", token); // or a cookie`);
  const options = token !== "" && isV1 ? ", { withCredentials: true }" : "";
  lines.push("");
  if (options !== "") lines.push("// Your server has put the token into the cookie.");
  lines.push(`const source = new EventSource(url${options});`, "source.onmessage = ({ data, lastEventId }) =>");
  return [...lines, "  console.log(lastEventId, data);"].join("\n");
}

/** @param {string} token */
const authorization = (token) => (token === "" ? [] : [`-H ${shellWord(`Authorization: Bearer ${token}`)}`]);

/**
 * Gets curl's option for a field. A terminal acts on control characters even inside quotes: such values are encoded.
 * @param {string[]} field
 */
function dataOption([name, value]) {
  return CONTROL.test(value)
    ? `-d ${shellWord(new URLSearchParams([[name, value]]).toString())}`
    : `--data-urlencode ${shellWord(`${name}=${value}`)}`;
}

/**
 * Gets a JavaScript string literal without invisible characters.
 * @param {string} text
 */
const literal = (text) => JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, spellOut);

/** @param {string} character one or two UTF-16 code units */
const spellOut = (character) =>
  character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
