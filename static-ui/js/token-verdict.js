// @ts-check

import { DETAIL_TYPE } from "./token.js";

/** @typedef {"subscribe" | "publish"} Action */

/**
 * @typedef {object} Verdict
 * @property {boolean} good
 * @property {string} text one line
 * @property {unknown} claims null: they cannot be read
 */

/**
 * Says what a token is good for. Only the hub can say whether it accepts the token: the page knows neither the keys nor
 * the issuers that the hub trusts.
 * @param {string} token
 * @param {Action} action
 * @param {URL} hub
 * @param {Date} [now]
 * @returns {Verdict}
 */
export function judgeToken(token, action, hub, now = new Date()) {
  /** @type {(text: string, claims?: unknown) => Verdict} */
  const bad = (text, claims = null) => ({ good: false, text, claims });
  const parts = token.split(".");
  if (parts.length !== 3) return bad(`Not a JWT: it needs three parts divided by dots, and has ${parts.length}.`);
  const [header, claims] = parts.map(decodePart);
  if (header === null) return bad("Not a JWT: its header is not base64url-encoded JSON.");
  if (claims === null) return bad("Not a JWT: its claims are not base64url-encoded JSON.");

  const { exp, nbf } = claims;
  const isExpired = typeof exp === "number" && exp * 1_000 <= now.getTime();
  if (isExpired) return bad(`Expired ${when(exp)}: use a new token.`, claims);
  if (typeof nbf === "number" && nbf * 1_000 > now.getTime()) return bad(`Not valid before ${when(nbf)}.`, claims);

  const isAccessToken = /^(application\/)?at\+jwt$/i.test(String(header.typ));
  const { problem, granted } = isAccessToken ? readDetails(claims, action) : readMercure(claims, action);
  if (problem !== "") return bad(problem, claims);
  const expiry = typeof exp === "number" ? `expires ${when(exp)}` : "never expires";
  const protocol = isAccessToken ? "1.0" : "0.x";
  const elsewhere = isAccessToken && ![claims.aud].flat().includes(hub.href) ? `, for ${claims.aud}` : "";
  const text = `${protocol}, ${header.alg}, may ${action} ${granted.join(", ")}, ${expiry}${elsewhere}`;
  return { good: true, text, claims };
}

/** @typedef {{ problem: string, granted: string[] }} Rights problem: empty: none */

/**
 * Reads the rights that a token of 0.x gives.
 * @param {Record<string, any>} claims
 * @param {Action} action
 * @returns {Rights}
 */
function readMercure({ mercure }, action) {
  if (typeof mercure !== "object" || mercure === null) {
    return refused("It has no “mercure” claim, so it grants no rights.");
  }
  const granted = mercure[action];
  if (!Array.isArray(granted) || granted.length === 0) {
    return refused(`Its “mercure” claim has no “${action}” list: ${lack(action)}.`);
  }
  return { problem: "", granted: granted.map(String) };
}

/**
 * Reads the rights that a token of 1.0 gives.
 * @param {Record<string, any>} claims
 * @param {Action} action
 * @returns {Rights}
 */
function readDetails(claims, action) {
  const missing = ["iss", "aud", "exp"].find((name) => claims[name] === undefined);
  if (missing !== undefined) return refused(`It has no “${missing}”, which Mercure 1.0 requires: the hub refuses it.`);
  const details = claims.authorization_details;
  if (!Array.isArray(details)) return refused("It has no “authorization_details” claim, so it grants no rights.");
  const topics = details
    .filter((detail) => detail?.type === DETAIL_TYPE && [detail.actions].flat().includes(action))
    .flatMap((detail) => (Array.isArray(detail.topics) ? detail.topics : []));
  // One invalid entry makes the whole token invalid.
  if (topics.some((topic) => typeof topic?.match !== "string")) {
    return refused("A topic in its “authorization_details” is not an object with “match”: the hub refuses the token.");
  }
  const granted = topics.map((topic) => topic.match);
  if (granted.length === 0) return refused(`Its “authorization_details” do not grant “${action}”: ${lack(action)}.`);
  return { problem: "", granted };
}

/**
 * @param {string} problem
 * @returns {Rights}
 */
const refused = (problem) => ({ problem, granted: [] });

/** @param {Action} action */
const lack = (action) => (action === "publish" ? "it may not publish" : "it gives access to public updates only");

/** @param {string} part */
function decodePart(part) {
  try {
    const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (byte) => byte.charCodeAt(0));
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param {number} seconds since 1970 */
function when(seconds) {
  const date = new Date(seconds * 1_000);
  if (Number.isNaN(date.getTime())) return `at ${seconds} s`;
  const today = date.toDateString() === new Date().toDateString();
  return `at ${today ? date.toLocaleTimeString() : date.toLocaleString()}`;
}
