// @ts-check

import { readRefusal } from "../problem.js";
import { count, fields, items, line, text } from "./untrusted.js";

/** @typedef {import("../problem.js").Refusal} Refusal */
/** @typedef {import("./untrusted.js").Fields} Fields */

/**
 * @typedef {object} Choices what a new discussion may have
 * @property {string[]} models the names that participants may have as their model, the usual one first
 * @property {boolean} isUnattended whether a discussion may go on while nobody watches
 * @property {{ min: number, max: number }} participants
 * @property {{ usual: number, max: number }} turns
 * @property {number} topicLength
 * @property {number} personaLength
 */

/** @type {Choices} */
export const USUAL_CHOICES = {
  models: [],
  isUnattended: false,
  participants: { min: 2, max: 6 },
  turns: { usual: 12, max: 100 },
  topicLength: 500,
  personaLength: 2_000,
};

const NO_ANSWER = { status: 0, title: "The server does not answer", detail: "Check your network, and that it runs" };
const TIME_LIMIT = 20_000;

/** The requests of the page, apart from the stream. Each returns the answer's fields, or the refusal. */
export class Api {
  /** The access token. Empty: none. */
  token = "";
  #base;

  /** @param {URL} base the address of `discussions` */
  constructor(base) {
    this.#base = base;
  }

  get server() {
    return this.#base;
  }

  /** @param {string} id */
  events(id) {
    return new URL(`${this.#base.href}/${encodeURIComponent(id)}/events`);
  }

  /**
   * Starts a discussion. The server answers the same request a second time as it did the first time, so it can be sent
   * again if the answer was lost.
   * @param {string} id of {@link newId}
   * @param {string} body JSON
   */
  start(id, body) {
    const headers = { "Content-Type": "application/json" };
    return this.#ask(`/${encodeURIComponent(id)}`, { method: "PUT", headers, body });
  }

  /** @param {string} id */
  transcript(id) {
    return this.#ask(`/${encodeURIComponent(id)}`);
  }

  /** @param {string} id */
  cancel(id) {
    return this.#ask(`/${encodeURIComponent(id)}/cancel`, { method: "POST" });
  }

  /** @param {string} before the cursor of the next page; empty: the newest */
  list(before) {
    return this.#ask(before === "" ? "" : `?before=${encodeURIComponent(before)}`);
  }

  /** @returns {Promise<Choices>} the usual ones if the server does not answer */
  async choices() {
    const answer = await this.#ask("/models");
    if ("refusal" in answer) return USUAL_CHOICES;
    const limits = fields(answer.fields.limits);
    const [people, turns] = [fields(limits.participants), fields(limits.turns)];
    const usual = USUAL_CHOICES;
    return {
      models: items(answer.fields.models).map(line).filter((name) => name !== ""),
      isUnattended: answer.fields.unattended === true,
      participants: {
        min: count(people.min) || usual.participants.min,
        max: count(people.max) || usual.participants.max,
      },
      turns: { usual: count(turns.default) || usual.turns.usual, max: count(turns.max) || usual.turns.max },
      topicLength: count(limits.topicLength) || usual.topicLength,
      personaLength: count(limits.personaLength) || usual.personaLength,
    };
  }

  /**
   * @param {string} path after the base
   * @param {RequestInit & { headers?: Record<string, string> }} [init]
   * @returns {Promise<{ fields: Fields } | { refusal: Refusal }>}
   */
  async #ask(path, init = {}) {
    const headers = { Accept: "application/json", ...init.headers };
    if (this.token !== "") Object.assign(headers, { Authorization: `Bearer ${this.token}` });
    try {
      const signal = AbortSignal.timeout(TIME_LIMIT);
      const answer = await fetch(this.#base.href + path, { ...init, headers, cache: "no-cache", signal });
      if (!answer.ok) return { refusal: await readRefusal(answer) };
      const body = await answer.text();
      return { fields: fields(body === "" ? {} : JSON.parse(body)) };
    } catch {
      return { refusal: NO_ANSWER };
    }
  }
}

const ID_BYTES = 12;

/** Makes an id that nobody can guess: 16 characters of A-Z, a-z, 0-9, - and _. */
export function newId() {
  // Not randomUUID(), which a page from http on another machine does not have.
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * @param {Refusal} refusal
 * @returns {string} a sentence
 */
export function sentence({ status, title, detail }) {
  const words = [title, detail].map((part) => line(text(part)).replace(/\.$/, "")).filter((part) => part !== "");
  return words.length === 0 ? `The server answered ${status}.` : `${words.join(". ")}.`;
}

/** @param {Refusal} refusal */
export const needsToken = ({ status }) => status === 401 || status === 403;
