// @ts-check

import { explain, STATE_NAMES, summary } from "./words.js";

/** @typedef {import("./discussion.js").Discussion} Discussion */
/** @typedef {import("./turn.js").Turn} Turn */

/** @param {Discussion} discussion */
const closing = (discussion) =>
  `${STATE_NAMES[discussion.state]}: ${summary(discussion)}. ${explain(discussion.reason)}`.trim();

/**
 * @param {Discussion} discussion
 * @param {Turn} turn
 */
const nameOf = (discussion, { participant }) => discussion.participant(participant)?.name ?? participant;

/**
 * @param {Discussion} discussion
 * @returns {Turn[]} in order, without those in which nothing is said
 */
const spoken = ({ turns }) => [...turns.values()].filter((turn) => turn.length > 0).sort((a, b) => a.number - b.number);

/**
 * @param {Discussion} discussion
 * @param {string} link
 */
export function asText(discussion, link) {
  const turns = spoken(discussion).map((turn) => `${nameOf(discussion, turn)}:\n${turn.text.trim()}`);
  return [discussion.topic, ...turns, `${closing(discussion)}\n${link}`, ""].join("\n\n").trimEnd() + "\n";
}

/**
 * @param {Discussion} discussion
 * @param {string} link
 */
export function asMarkdown(discussion, link) {
  const people = discussion.participants.map(({ name, persona }) =>
    `- **${escape(name)}**${persona === "" ? "" : `: ${escape(persona.replace(/\s+/g, " "))}`}`);
  const turns = spoken(discussion).map((turn) =>
    `## ${turn.number}. ${escape(nameOf(discussion, turn))}\n\n${turn.text.trim()}`);
  const end = `${closing(discussion)}  \n<${link}>`;
  const parts = [`# ${escape(discussion.topic)}`, people.join("\n"), ...turns, "---", end];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** @param {string} text */
const escape = (text) => text.replace(/[\\`*_[\]<>#|~]/g, "\\$&");
