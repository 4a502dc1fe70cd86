// @ts-check

import { cell } from "../dom.js";

/**
 * @typedef {object} Preset
 * @property {string} id
 * @property {string} name
 * @property {string} role
 * @property {string} persona
 */

/** The ready-made participants. The color of each is its place in this list. @type {readonly Preset[]} */
export const PRESETS = [
  {
    id: "ada",
    name: "Ada",
    role: "Optimist",
    persona: "An optimist. Believes that people solve more problems than they make. Argues with concrete examples and "
      + "asks what becomes possible.",
  },
  {
    id: "viktor",
    name: "Viktor",
    role: "Skeptic",
    persona: "A skeptic. Doubts a claim until there is evidence, names the hidden assumption, and admits it when an "
      + "argument is good.",
  },
  {
    id: "thea",
    name: "Thea",
    role: "Philosopher",
    persona: "A philosopher. Asks what the words mean and what we owe to whom. Likes thought experiments, dislikes "
      + "slogans.",
  },
  {
    id: "mei",
    name: "Mei",
    role: "Engineer",
    persona: "An engineer. Asks what it costs, who builds it and what breaks first. Prefers a small experiment to a "
      + "grand plan.",
  },
  {
    id: "noor",
    name: "Noor",
    role: "Historian",
    persona: "A historian. Has seen most of it before: compares with what people tried in other centuries, and what "
      + "came of it.",
  },
  {
    id: "sam",
    name: "Sam",
    role: "Contrarian",
    persona: "A contrarian with a sense of humor. Takes the view that nobody else takes, and makes a serious point "
      + "with a joke.",
  },
];

const COLORS = PRESETS.length;

/**
 * Chooses the participants' colors: a ready-made participant has its own, and each other one gets the first that is
 * free. So everyone who watches sees the same colors, though no server knows them.
 * @param {readonly { id: string }[]} participants
 * @returns {number[]} from 1, in the order of the participants
 */
export function colorsOf(participants) {
  const taken = new Set();
  const chosen = participants.map(({ id }) => {
    const place = PRESETS.findIndex((preset) => preset.id === id) + 1;
    if (place === 0 || taken.has(place)) return 0;
    taken.add(place);
    return place;
  });
  return chosen.map((color, index) => {
    if (color > 0) return color;
    let free = 1;
    while (free < COLORS && taken.has(free)) free++;
    if (taken.has(free)) return (index % COLORS) + 1;
    taken.add(free);
    return free;
  });
}

/**
 * @param {string} name
 * @returns {string} one or two characters
 */
export function initials(name) {
  /** @type {string[]} */
  const words = name.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...word][0].toUpperCase()).join("") || "?";
}

/**
 * @param {{ name: string }} participant
 * @param {number} color
 * @returns {HTMLElement} hidden from assistive technology: the name stands beside it
 */
export function avatar({ name }, color) {
  const circle = cell("span", "avatar", initials(name));
  circle.dataset.color = String(color);
  circle.setAttribute("aria-hidden", "true");
  return circle;
}
