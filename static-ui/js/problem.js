// @ts-check

const MAX_CHARS = 65_536;
const TIME_LIMIT = 5_000;
const LONGEST_TEXT = 500;

/**
 * The answer of a server that refused a request.
 * @typedef {object} Refusal
 * @property {number} status
 * @property {string} title the title of the answer's problem+json (RFC 9457), else the name of the status; may be empty
 * @property {string} detail empty: none
 */

/** @type {Record<number, string>} */
const WORDS = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/**
 * @param {Response} response
 * @returns {string} the content type without its parameters, in lower case; empty: none
 */
export const contentType = (response) =>
  (response.headers.get("Content-Type") ?? "").split(";")[0].trim().toLowerCase();

/**
 * @param {Response} response
 * @returns {Promise<Refusal>}
 */
export async function readRefusal(response) {
  const { status } = response;
  const refusal = { status, title: WORDS[status] ?? "", detail: "" };
  const text = await readSome(response);
  const problem = parse(text);
  if (problem !== null) {
    if (typeof problem.title === "string" && problem.title !== "") refusal.title = problem.title.slice(0, LONGEST_TEXT);
    if (typeof problem.detail === "string") refusal.detail = problem.detail.slice(0, LONGEST_TEXT);
  } else if ((response.headers.get("Content-Type") ?? "").startsWith("text/plain")) {
    refusal.detail = text.trim().slice(0, LONGEST_TEXT);
  }
  return refusal;
}

/**
 * @param {Refusal} refusal
 * @returns {string} without a full stop
 */
export function describe({ status, title, detail }) {
  const words = [title, detail].filter((part) => part !== "").map((part) => part.replace(/\.$/, "")).join(". ");
  return words === "" ? String(status) : `${status}: ${words}`;
}

/** @param {string} text */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

/**
 * Reads the start of a body. Any server on the way may have sent the answer, and its body may be huge or never end: so
 * there is a limit for characters and for time.
 * @param {Response} response
 */
export async function readSome(response) {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const timer = setTimeout(() => void reader.cancel(), TIME_LIMIT);
  let text = "";
  try {
    while (text.length < MAX_CHARS) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The connection broke: use the text that arrived.
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
  return text;
}
