// @ts-check

import { get } from "./dom.js";

const COPIED_FOR = 1_600;
// The hosts that the page's Content-Security-Policy lets it reach without TLS.
const LOOPBACK = ["localhost", "127.0.0.1"];

// The parameters of a page's address that name servers.
const API = "api";
const ADDRESSES = [API, "hub"];

/**
 * @typedef {object} Endpoint
 * @property {URL} url
 * @property {string} problem human words, empty when all is well
 */

/**
 * The page's own server has the endpoint, unless the page's address names another: the base of an API as `?api=`, or the whole
 * endpoint by a parameter of its own, which wins.
 * @param {string} path relative to the API's base
 * @param {Location | URL} page
 * @param {string} [name] of the parameter for the whole endpoint
 * @returns {Endpoint}
 */
export function resolveEndpoint(path, page, name) {
  const query = new URLSearchParams(page.search);
  const whole = name === undefined ? null : query.get(name);
  const wanted = whole ?? query.get(API);
  const own = new URL(path, ownBase(page));
  if (wanted === null) return { url: own, problem: "" };

  const url = URL.canParse(wanted) ? new URL(wanted) : null;
  const example = new URL(whole === null ? "/api/" : `/api/${path}`, "https://example.com").href;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    const problem = `“${wanted}” is not an http or https address, such as ${example}. The page uses its own server: ${own.href}`;
    return { url: own, problem };
  }
  if (url.protocol === "http:" && url.origin !== page.origin && !LOOPBACK.includes(url.hostname)) {
    const problem = `“${wanted}” is plain http on another machine, to which this page may not connect: use https. `
      + `The page uses its own server: ${own.href}`;
    return { url: own, problem };
  }
  url.search = url.hash = url.username = url.password = "";
  if (whole !== null) return { url, problem: "" };
  // Without the slash the last folder of the base would be replaced by the path.
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
 * Shows why the endpoint is not the one that the page's address names, and keeps the servers that it names in the links to the
 * other views.
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
 * One word for a POSIX shell, whatever it holds: an address or a text may come
 * from a link someone else made.
 * @param {URL | string} text
 */
export function shellWord(text) {
  const word = String(text);
  return /^[\w.:/%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * @param {HTMLButtonElement} button stays hidden where there is no clipboard
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
      // Permission refused: selecting leaves the reader one keystroke away.
      getSelection()?.selectAllChildren(source);
      button.textContent = "Selected";
    }
    clearTimeout(timer);
    timer = setTimeout(restore, COPIED_FOR);
  }

  button.addEventListener("click", copy);
  button.hidden = false;
}
