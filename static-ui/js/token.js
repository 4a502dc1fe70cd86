// @ts-check

/** @typedef {"subscribe" | "publish"} Action */

/**
 * @typedef {object} Verdict
 * @property {boolean} good
 * @property {string} text one line
 * @property {unknown} claims null: they cannot be read
 */

/** The key in `local.settings.sample.json`. It is public, and for a developer's own machine only. */
export const DEVELOPMENT_KEY = "local-development-key-change-me-in-azure";
export const EVERYTHING = { mercure: { publish: ["*"], subscribe: ["*"] } };

const HASHES = { HS256: "SHA-256", HS384: "SHA-384", HS512: "SHA-512" };

/** @typedef {keyof typeof HASHES} Algorithm */

/** Whether the browser can sign. It offers WebCrypto only to pages from https or localhost. */
export const canMint = globalThis.crypto?.subtle !== undefined;

/**
 * Removes what people paste around a token: `Bearer` before it, and line breaks that a terminal put in.
 * @param {string} pasted
 */
export const cleanToken = (pasted) => pasted.replace(/^\s*bearer\s+/i, "").replace(/\s+/g, "");

/**
 * Whether a header can carry the token. Invalid tokens may be sent too: users want to see how the hub refuses them.
 * @param {string} token
 */
export const isSendable = (token) => /^[\x21-\x7e]*$/.test(token);

/**
 * @param {string} token
 * @param {Action} action
 * @param {Date} [now]
 * @returns {Verdict}
 */
export function judgeToken(token, action, now = new Date()) {
  /** @type {(text: string, claims?: unknown) => Verdict} */
  const bad = (text, claims = null) => ({ good: false, text, claims });
  const parts = token.split(".");
  if (parts.length !== 3) return bad(`Not a JWT: it needs three parts divided by dots, and has ${parts.length}.`);
  const [header, claims] = parts.map(decodePart);
  if (header === null) return bad("Not a JWT: its header is not base64url-encoded JSON.");
  if (claims === null) return bad("Not a JWT: its claims are not base64url-encoded JSON.");

  const { exp, nbf, mercure } = claims;
  const isExpired = typeof exp === "number" && exp * 1_000 <= now.getTime();
  if (isExpired) return bad(`Expired ${when(exp)}: use a new token.`, claims);
  if (typeof nbf === "number" && nbf * 1_000 > now.getTime()) return bad(`Not valid before ${when(nbf)}.`, claims);
  if (typeof mercure !== "object" || mercure === null) {
    return bad("It has no “mercure” claim, so it grants no rights.", claims);
  }
  const granted = mercure[action];
  if (!Array.isArray(granted) || granted.length === 0) {
    const lack = action === "publish" ? "it may not publish" : "it gives access to public updates only";
    return bad(`Its “mercure” claim has no “${action}” list: ${lack}.`, claims);
  }
  const expiry = typeof exp === "number" ? `expires ${when(exp)}` : "never expires";
  return { good: true, text: `${header.alg}, may ${action} ${granted.map(String).join(", ")}, ${expiry}`, claims };
}

/**
 * @param {Algorithm} algorithm
 * @param {string} key
 * @param {object} claims
 */
export async function mintToken(algorithm, key, claims) {
  const usage = { name: "HMAC", hash: HASHES[algorithm] };
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(key), usage, false, ["sign"]);
  const signed = [{ alg: algorithm, typ: "JWT" }, claims].map((part) => encode(JSON.stringify(part))).join(".");
  const signature = await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(signed));
  return `${signed}.${base64Url(new Uint8Array(signature))}`;
}

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

/** @param {string} text */
const encode = (text) => base64Url(new TextEncoder().encode(text));

/** @param {Uint8Array} bytes */
const base64Url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
