// @ts-check

/** @typedef {import("./discussion.js").Discussion} Discussion */
/** @typedef {import("./discussion.js").State} State */

/** @type {Record<State, string>} */
export const STATE_NAMES = {
  waiting: "Not started",
  running: "Live",
  paused: "Paused",
  completed: "Ended",
  cancelled: "Stopped",
  failed: "Failed",
};

/** @type {Record<string, string>} why a discussion is paused or has ended */
const REASONS = {
  turns: "All turns are spoken.",
  tokens: "The limit of tokens for one discussion is reached.",
  time: "The time for one discussion is over.",
  budget: "The app’s tokens for today are used up.",
  moderator: "The moderator has ended it.",
  cancelled: "Somebody pressed Stop.",
  provider_error: "The model’s provider did not answer as it should.",
  provider_refused: "The model’s provider refused the app’s key.",
  provider_busy: "The model’s provider has too many requests.",
  silence: "The model said nothing for too long.",
  no_words: "The model ended its answer without a word.",
  instance_lost: "The server that generated the words went away.",
  nobody_watching: "Nobody was watching.",
};

/**
 * @param {string} reason
 * @returns {string} a sentence; empty if there is no reason
 */
export function explain(reason) {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason];
  const words = reason.replaceAll("_", " ").trim();
  if (words === "") return "";
  return `${words[0].toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}

/** @param {number} number */
export const grouped = (number) => number.toLocaleString("en-US");

/**
 * @param {number} number
 * @param {string} noun
 */
export const counted = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

const UNITS = /** @type {const} */ ([["day", 86_400], ["hour", 3_600], ["minute", 60]]);
const LONG_AGO = 7 * 86_400;

/**
 * @param {string} time ISO 8601
 * @returns {string} such as `5 minutes ago`; empty if the time is not valid
 */
export function ago(time) {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return "";
  const seconds = (Date.now() - then) / 1_000;
  if (seconds > LONG_AGO) return new Date(then).toLocaleDateString("en-GB", { dateStyle: "medium" });
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return `${counted(Math.floor(seconds / size), unit)} ago`;
  }
  return "just now";
}

/** @param {Discussion} discussion */
export function summary({ turns, tokens }) {
  const spoken = [...turns.values()].filter(({ length }) => length > 0).length;
  const parts = [counted(spoken, "turn")];
  if (tokens.sum > 0) parts.push(`${tokens.isExact ? "" : "about "}${counted(tokens.sum, "token")}`);
  return parts.join(", ");
}
