// @ts-check

const COPIED_FOR = 1_600;
// The hosts that the page's Content-Security-Policy lets it reach without TLS.
const LOOPBACK = ["localhost", "127.0.0.1"];

/**
 * @typedef {object} Endpoint
 * @property {URL} url
 * @property {string} problem human words, empty when all is well
 */

/**
 * @param {string} path relative to the API's base
 * @param {Location | URL} page
 * @returns {Endpoint}
 */
export function resolveEndpoint(path, page) {
  const wanted = new URLSearchParams(page.search).get("api");
  if (wanted === null) return { url: new URL(path, ownBase(page)), problem: "" };

  const base = URL.canParse(wanted) ? new URL(wanted) : null;
  if (base === null || !["http:", "https:"].includes(base.protocol)) {
    const problem = `“${wanted}” is not an http or https address, so the page uses its own server.`;
    return { url: new URL(path, ownBase(page)), problem };
  }
  if (base.protocol === "http:" && base.origin !== page.origin && !LOOPBACK.includes(base.hostname)) {
    const problem = `“${wanted}” is plain http on another machine, which this page may not talk to: use https.`;
    return { url: new URL(path, ownBase(page)), problem };
  }
  base.search = base.hash = base.username = base.password = "";
  // Without the slash the last folder of the base would be replaced by the path.
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return { url: new URL(path, base), problem: "" };
}

/** @param {Location | URL} page */
function ownBase(page) {
  const base = new URL("./", page.href);
  base.search = base.hash = "";
  return base;
}

/**
 * The other views talk to the same API: `?api=` goes with the links to them.
 * @param {Location | URL} page
 */
export function keepApi(page) {
  const api = new URLSearchParams(page.search).get("api");
  if (api === null) return;
  for (const link of document.querySelectorAll("a[data-view]")) {
    if (link instanceof HTMLAnchorElement) link.search = String(new URLSearchParams({ api }));
  }
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
