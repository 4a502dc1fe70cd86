// @ts-check

/** @typedef {import("./protocol.js").Protocol} Protocol */

/** The issuer and the key in `local.settings.sample.json`. They are public, and for a developer's own machine only. */
export const DEVELOPMENT_ISSUER = "https://development-issuer.localhost";
export const DEVELOPMENT_KEY = "local-development-key-change-me-in-azure";

/** The type of the entries of `authorization_details` that a hub reads. */
export const DETAIL_TYPE = "https://mercure.rocks/authorization-detail";

const DAY = 86_400;

/** Claims that give all rights, by protocol. Tokens of 1.0 need more claims: see {@link accessClaims}. */
export const EVERYTHING = {
  "1.0": {
    sub: "developer",
    client_id: "hub-page",
    authorization_details: [{ type: DETAIL_TYPE, actions: ["publish", "subscribe"], topics: [{ match: "*" }] }],
  },
  "0.x": { mercure: { publish: ["*"], subscribe: ["*"] } },
};

const TYPES = { "1.0": "at+jwt", "0.x": "JWT" };
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
 * Adds the claims that every access token has (RFC 9068). Claims that are already there win.
 * @param {string} issuer
 * @param {string} audience
 * @param {object} claims
 */
export const accessClaims = (issuer, audience, claims) =>
  ({ iss: issuer, aud: audience, iat: unixTime(), jti: crypto.randomUUID(), ...claims });

/**
 * Makes a token that gives all rights on a hub with the settings of `local.settings.sample.json`.
 * @param {Protocol} protocol
 * @param {URL} hub
 */
export function developmentToken(protocol, hub) {
  const claims = protocol === "1.0"
    ? accessClaims(DEVELOPMENT_ISSUER, hub.href, { exp: unixTime() + DAY, ...EVERYTHING["1.0"] })
    : EVERYTHING["0.x"];
  return mintToken("HS256", DEVELOPMENT_KEY, claims, protocol);
}

/**
 * @param {Algorithm} algorithm
 * @param {string} key
 * @param {object} claims
 * @param {Protocol} protocol
 */
export async function mintToken(algorithm, key, claims, protocol) {
  const usage = { name: "HMAC", hash: HASHES[algorithm] };
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(key), usage, false, ["sign"]);
  const header = { alg: algorithm, typ: TYPES[protocol] };
  const signed = [header, claims].map((part) => encode(JSON.stringify(part))).join(".");
  const signature = await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(signed));
  return `${signed}.${base64Url(new Uint8Array(signature))}`;
}

/** Now, in the unit of a token's claims: seconds since 1970. */
export const unixTime = () => Math.floor(Date.now() / 1_000);

/** @param {string} text */
const encode = (text) => base64Url(new TextEncoder().encode(text));

/** @param {Uint8Array} bytes */
const base64Url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
