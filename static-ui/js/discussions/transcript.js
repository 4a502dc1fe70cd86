// @ts-check

import { line } from "./untrusted.js";
import { explain, STATE_NAMES, summary } from "./words.js";

/** @typedef {import("./discussion.js").Discussion} Discussion */
/** @typedef {import("./turn.js").Turn} Turn */

// All that some program shows as the end of a line. Markdown knows the first two only.
const LINE_END = /\r\n|[\n\r\v\f\x85\u2028\u2029]/;

// What makes a "<" the start of an HTML tag or comment.
const TAG = /<(?=[a-z/!?])/gi;

// A "[" at the start of a line, behind marks of lists and quotes, that may begin the definition of a link. A definition
// would hold for the whole document, so for the words of the other participants too.
const DEFINITION = /^([\s>*+\-\d.)]*)\[(?!(?:\\.|[^\\\]])*\](?!:))/;

/** @param {Discussion} discussion */
const closing = (discussion) =>
  `${STATE_NAMES[discussion.state]}: ${summary(discussion)}. ${line(explain(discussion.reason))}`.trim();

/**
 * @param {Discussion} discussion
 * @param {Turn} turn
 */
const nameOf = (discussion, { participant }) => line(discussion.participant(participant)?.name ?? participant);

/**
 * @param {Discussion} discussion
 * @returns {Turn[]} in order, without those in which nothing is said
 */
const spoken = ({ turns }) => [...turns.values()].filter((turn) => turn.length > 0).sort((a, b) => a.number - b.number);

/**
 * Only the page's own lines begin at the margin, so that no participant can write the turn of another.
 * @param {Discussion} discussion
 * @param {string} link
 */
export function asText(discussion, link) {
  const turns = spoken(discussion).map((turn) => `${nameOf(discussion, turn)}:\n${prefixed(turn.text, "    ")}`);
  return `${[line(discussion.topic), ...turns, `${closing(discussion)}\n${link}`].join("\n\n")}\n`;
}

/**
 * The words of a turn are a quotation: a heading or an open code block in it ends with it.
 * @param {Discussion} discussion
 * @param {string} link
 */
export function asMarkdown(discussion, link) {
  const people = discussion.participants.map(({ name, persona }) =>
    `- **${escape(line(name))}**${line(persona) === "" ? "" : `: ${escape(line(persona))}`}`);
  const turns = spoken(discussion).map((turn) =>
    `## ${turn.number}. ${escape(nameOf(discussion, turn))}\n\n${prefixed(turn.text, "> ", harmless)}`);
  const end = `${escape(closing(discussion))}  \n<${link}>`;
  const parts = [`# ${escape(line(discussion.topic))}`, people.join("\n"), ...turns, "---", end];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/**
 * @param {string} text
 * @param {string} prefix
 * @param {(line: string) => string} change
 */
const prefixed = (text, prefix, change = (line) => line) =>
  text.trim().split(LINE_END).map((line) => (line === "" ? prefix.trimEnd() : prefix + change(line))).join("\n");

// Not "\<": after a backslash of the text, it would be a backslash and a tag.
/** @param {string} line */
const harmless = (line) => line.replace(TAG, "&lt;").replace(DEFINITION, "$1\\[");

/** @param {string} text */
const escape = (text) => text.replace(/[\\`*_[\]<>#|~&]/g, "\\$&");
