// @ts-check

import { get } from "./dom.js";
import { enableCopy } from "./endpoint.js";
import { DEVELOPMENT_KEY, EVERYTHING, canMint, mintToken } from "./token.js";
import { isLoopback } from "./token-field.js";

/** @typedef {import("./token.js").Algorithm} Algorithm */
/** @typedef {import("./token-field.js").TokenField} TokenField */

/**
 * Lets the form "Make a token" sign tokens. Signing sends nothing over the network.
 * @param {URL} hub
 * @param {{ subscribe: TokenField, publish: TokenField }} fields
 */
export function enableTokenMaker(hub, fields) {
  const key = get("make-key", HTMLInputElement);
  const algorithm = get("make-algorithm", HTMLSelectElement);
  const claims = get("make-claims", HTMLTextAreaElement);
  const expiry = get("make-expiry", HTMLSelectElement);
  const problem = get("make-problem", HTMLElement);
  const result = get("make-result", HTMLElement);
  const output = get("made-token", HTMLElement);

  if (isLoopback(hub)) key.value = DEVELOPMENT_KEY;
  claims.value = JSON.stringify(EVERYTHING, null, 2);

  /** @param {string} text */
  function refuse(text) {
    problem.textContent = text;
    problem.hidden = text === "";
    result.hidden = true;
  }

  async function make() {
    if (!canMint) return refuse("Browsers sign only on pages from https or localhost: open this page from there.");
    if (key.value === "") return refuse("Enter the key: the value of Hub:Publisher:Key or Hub:Subscriber:Key.");
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
    const dated = seconds > 0 ? { ...parsed, exp: Math.floor(Date.now() / 1_000) + seconds } : parsed;
    refuse("");
    output.textContent = await mintToken(/** @type {Algorithm} */ (algorithm.value), key.value, dated);
    result.hidden = false;
  }

  get("make", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void make();
  });
  // After a change of the form, the token that was made no longer fits: hide it.
  get("make", HTMLFormElement).addEventListener("input", () => refuse(""));
  for (const action of /** @type {const} */ (["subscribe", "publish"])) {
    get(`use-to-${action}`, HTMLButtonElement).addEventListener("click", () => {
      fields[action].set(output.textContent ?? "");
    });
  }
  enableCopy(get("copy-token", HTMLButtonElement), output);
}
