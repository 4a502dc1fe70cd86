// @ts-check

import { get } from "./dom.js";
import { brief } from "./text.js";

const COPIED_FOR = 1_600;
// The hosts to which the page's Content-Security-Policy allows connections without TLS.
const LOOPBACK = ["localhost", "127.0.0.1"];

// The query parameters in the page's address that name servers.
const API = "api";
const ADDRESSES = [API, "hub"];

/**
 * @typedef {object} Endpoint
 * @property {URL} url
 * @property {string} problem why the address in the query is not used; empty: no problem
 */

/**
 * Gets the address of an endpoint. It is on the page's own server, unless the query of the page's address names
 * another: `?api=` the base of an API, or the parameter `name` the whole endpoint. If both are there, `name` wins.
 * @param {string} path relative to the API's base
 * @param {Location | URL} page
 * @param {string} [name] the query parameter for the whole endpoint
 * @returns {Endpoint}
 */
export function resolveEndpoint(path, page, name) {
  const query = new URLSearchParams(page.search);
  const whole = name === undefined ? null : query.get(name);
  const wanted = whole ?? query.get(API);
  const parameter = whole === null ? API : name;
  const own = new URL(path, ownBase(page));
  if (wanted === null) return { url: own, problem: "" };

  const url = URL.canParse(wanted) ? new URL(wanted) : null;
  const example = new URL(whole === null ? "/api/" : `/api/${path}`, "https://example.com").href;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    const problem = `“${brief(wanted)}” is not an http or https address, such as ${example}. `
      + `Correct ?${parameter}= in the address bar. Meanwhile, the page uses its own server: ${own.href}`;
    return { url: own, problem };
  }
  if (url.protocol === "http:" && url.origin !== page.origin && !LOOPBACK.includes(url.hostname)) {
    const problem = `“${brief(wanted)}” is http on another machine, but this page connects to other machines by https only: `
      + `use https in ?${parameter}=. Meanwhile, the page uses its own server: ${own.href}`;
    return { url: own, problem };
  }
  url.search = url.hash = url.username = url.password = "";
  if (whole !== null) return { url, problem: "" };
  // Without the slash at its end, the path would replace the last folder of the base.
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { url: new URL(path, url), problem: "" };
}

/** @param {Location | URL} page */
function ownBase(page) {
  const base = new URL("./", page.href);
  base.search = base.hash = "";
  return base;
}

/**
 * Shows the problem of an endpoint, if there is one, and copies the servers that the page's address names into the
 * links to the other views.
 * @param {Endpoint} endpoint
 */
export function followAddress({ url, problem }) {
  const notice = get("api-notice", HTMLElement);
  notice.textContent = problem;
  notice.hidden = problem === "";

  const query = new URLSearchParams(location.search);
  const kept = ADDRESSES.flatMap((name) => query.getAll(name).slice(0, 1).map((value) => [name, value]));
  for (const link of document.querySelectorAll("a[data-view]")) {
    if (link instanceof HTMLAnchorElement) link.search = String(new URLSearchParams(kept));
  }
  return url;
}

/**
 * Quotes a text as one word for a POSIX shell. The text may come from an attacker's link to this page, and the user may
 * paste the command into a terminal.
 * @param {URL | string} text
 */
export function shellWord(text) {
  const word = String(text);
  return /^[\w.:/%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * @param {HTMLButtonElement} button stays hidden if the page may not use the clipboard
 * @param {HTMLElement} source
 */
export function enableCopy(button, source) {
  if (typeof navigator.clipboard?.writeText !== "function") return;
  const label = button.textContent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function restore() {
    button.textContent = label;
    delete button.dataset.copied;
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(source.textContent ?? "");
      button.textContent = "Copied";
      button.dataset.copied = "";
    } catch {
      // The browser refused: select the text, so that the user can copy it with one key.
      getSelection()?.selectAllChildren(source);
      button.textContent = "Selected";
    }
    clearTimeout(timer);
    timer = setTimeout(restore, COPIED_FOR);
  }

  button.addEventListener("click", copy);
  button.hidden = false;
}
