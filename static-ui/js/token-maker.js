// @ts-check

import { get } from "./dom.js";
import { enableCopy } from "./endpoint.js";
import { showProtocol } from "./protocol.js";
import { isLoopback } from "./token-field.js";
import { DEVELOPMENT_ISSUER, DEVELOPMENT_KEY, EVERYTHING } from "./token.js";
import { accessClaims, canMint, mintToken, unixTime } from "./token.js";

/** @typedef {import("./protocol.js").Protocol} Protocol */
/** @typedef {import("./token.js").Algorithm} Algorithm */
/** @typedef {import("./token-field.js").TokenField} TokenField */

/**
 * Lets the form "Make a token" sign tokens. Signing sends nothing over the network.
 * @param {URL} hub
 * @param {{ subscribe: TokenField, publish: TokenField }} fields
 * @returns {{ speak: (protocol: Protocol) => void }} speak: selects the protocol of the tokens
 */
export function enableTokenMaker(hub, fields) {
  const form = get("make", HTMLFormElement);
  const protocol = get("make-protocol", HTMLSelectElement);
  const key = get("make-key", HTMLInputElement);
  const issuer = get("make-issuer", HTMLInputElement);
  const audience = get("make-audience", HTMLInputElement);
  const algorithm = get("make-algorithm", HTMLSelectElement);
  const claims = get("make-claims", HTMLTextAreaElement);
  const expiry = get("make-expiry", HTMLSelectElement);
  const problem = get("make-problem", HTMLElement);
  const result = get("make-result", HTMLElement);
  const output = get("made-token", HTMLElement);

  /** @type {Record<Protocol, string>} the text of the claims, also of the protocol that is not selected */
  const texts = { "1.0": pretty(EVERYTHING["1.0"]), "0.x": pretty(EVERYTHING["0.x"]) };
  /** @type {Protocol} */
  let spoken = "1.0";
  claims.value = texts[spoken];
  audience.value = hub.href;
  if (isLoopback(hub)) {
    key.value = DEVELOPMENT_KEY;
    issuer.value = DEVELOPMENT_ISSUER;
  }

  /** @param {string} text */
  function refuse(text) {
    problem.textContent = text;
    problem.hidden = text === "";
    result.hidden = true;
  }

  /** @param {Protocol} wanted */
  function speak(wanted) {
    texts[spoken] = claims.value;
    spoken = wanted;
    claims.value = texts[wanted];
    protocol.value = wanted;
    showProtocol(form, wanted);
    refuse("");
  }

  async function make() {
    const isV1 = spoken === "1.0";
    const settings = isV1 ? "Hub:Issuers:0:Key" : "Hub:Publisher:Key or Hub:Subscriber:Key";
    if (!canMint) return refuse("Browsers sign only on pages from https or localhost: open this page from there.");
    if (key.value === "") return refuse(`Enter the key: the value of ${settings}.`);
    if (isV1 && issuer.value.trim() === "") return refuse("Enter the issuer: the value of Hub:Issuers:0:Issuer.");
    let parsed;
    try {
      parsed = JSON.parse(claims.value);
    } catch (error) {
      return refuse(`Correct the claims, they are not JSON: ${error instanceof Error ? error.message : error}`);
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      return refuse("Write the claims as a JSON object: { … }.");
    }
    const seconds = Number(expiry.value);
    const dated = seconds > 0 ? { ...parsed, exp: unixTime() + seconds } : parsed;
    const complete = isV1 ? accessClaims(issuer.value.trim(), audience.value.trim(), dated) : dated;
    refuse("");
    output.textContent = await mintToken(/** @type {Algorithm} */ (algorithm.value), key.value, complete, spoken);
    result.hidden = false;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void make();
  });
  // After a change of the form, the token that was made no longer fits: hide it.
  form.addEventListener("input", () => refuse(""));
  protocol.addEventListener("change", () => speak(protocol.value === "1.0" ? "1.0" : "0.x"));
  for (const action of /** @type {const} */ (["subscribe", "publish"])) {
    get(`use-to-${action}`, HTMLButtonElement).addEventListener("click", () => {
      fields[action].set(output.textContent ?? "");
    });
  }
  enableCopy(get("copy-token", HTMLButtonElement), output);
  return { speak };
}

/** @param {object} claims */
const pretty = (claims) => JSON.stringify(claims, null, 2);
