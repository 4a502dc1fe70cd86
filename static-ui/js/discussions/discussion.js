// @ts-check

import { Turn } from "./turn.js";
import { count, fields, items, line, text } from "./untrusted.js";

/** @typedef {import("./untrusted.js").Fields} Fields */

/**
 * @typedef {object} Participant
 * @property {string} id
 * @property {string} name
 * @property {string} persona empty: none
 * @property {string} model empty: the server's choice
 */

/** @typedef {import("./turn.js").Usage} Usage */
/** @typedef {"waiting" | "running" | "paused" | "completed" | "cancelled" | "failed"} State */

/** @type {readonly State[]} */
const STATES = ["waiting", "running", "paused", "completed", "cancelled", "failed"];
/** @type {readonly State[]} */
const FINAL = ["completed", "cancelled", "failed"];

/** The types of events that a discussion's stream carries. The types in FINAL follow `discussion.`, too. */
const PREFIX = "discussion.";

/** The state of a discussion. It follows the discussion's events, and knows no page. */
export class Discussion {
  topic = "";
  /** @type {State} */ state = "waiting";
  /** Why the discussion is paused or has ended. Empty: unknown, or it runs. */
  reason = "";
  /** @type {Participant[]} */ participants = [];
  /** @type {Map<number, Turn>} */ turns = new Map();
  /** The most turns. 0: unknown. */
  maxTurns = 0;
  created = "";
  /** Whether only people with a token may watch. */
  isPrivate = false;
  /** Whether it goes on while nobody watches. */
  isUnattended = false;
  /** @type {Usage | null} of the whole discussion, once it has ended */ usage = null;

  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  get hasEnded() {
    return FINAL.includes(this.state);
  }

  /** The turn that is being spoken now, if there is one. */
  get current() {
    const last = this.last;
    return this.state === "running" && last?.isOpen ? last : null;
  }

  /** @returns {Turn | null} */
  get last() {
    let last = null;
    for (const turn of this.turns.values()) if (last === null || turn.number > last.number) last = turn;
    return last;
  }

  /** @param {string} id */
  participant(id) {
    return this.participants.find((participant) => participant.id === id);
  }

  /** The tokens of all turns, with an estimate for the turn that is being spoken. */
  get tokens() {
    if (this.usage !== null) return { sum: this.usage.input + this.usage.output, isExact: true };
    let sum = 0;
    let isExact = true;
    for (const { usage, length } of this.turns.values()) {
      if (usage === null) isExact = isExact && length === 0;
      sum += usage === null ? Math.ceil(length / 4) : usage.input + usage.output;
    }
    return { sum, isExact };
  }

  /**
   * Applies an event.
   * @param {string} type
   * @param {Fields} data
   * @returns {Turn | "all" | "state" | "gap" | null} what has changed: one turn, everything, or the state. `gap`: an
   *   event is missing, so the stream must be read again without an event id. Null: nothing
   */
  apply(type, data) {
    switch (type) {
      case "snapshot":
        this.replace(data);
        return "all";
      case "turn.started":
        return this.#start(data);
      case "turn.delta":
        return this.#extend(data);
      case "turn.completed":
      case "turn.restarted":
        return this.#changeTurn(type, data);
      case "turn.failed":
        return this.#remove(data);
      case "discussion.started":
        this.#describe(data);
        this.#enter("running", "");
        return "all";
      case "discussion.paused":
        return this.#enter("paused", text(data.reason));
      case "discussion.resumed":
        return this.#enter("running", "");
      default:
        return this.#end(type, data);
    }
  }

  /** @param {Fields} transcript */
  replace(transcript) {
    this.#describe(transcript);
    this.created = text(transcript.created) || this.created;
    this.isPrivate = transcript.private === true;
    this.isUnattended = transcript.unattended === true;
    this.state = STATES.find((state) => state === transcript.state) ?? "running";
    this.reason = text(transcript.reason);
    this.usage = this.hasEnded ? readUsage(transcript.usage) : null;
    const old = this.turns;
    this.turns = new Map();
    for (const item of items(transcript.turns)) this.#readTurn(fields(item), old);
  }

  /**
   * @param {Fields} data
   * @param {Map<number, Turn>} old
   */
  #readTurn(data, old) {
    const number = count(data.turn);
    if (number === 0) return;
    const participant = text(data.participant);
    const known = old.get(number);
    const attempt = count(data.attempt);
    const turn = known?.participant === participant ? known : new Turn(number, attempt, participant);
    turn.attempt = attempt;
    const whole = text(data.text);
    // A snapshot mostly holds a bit more than the page has: then the page need not draw the turn again.
    const own = turn.text;
    if (whole.startsWith(own)) turn.append(whole.slice(own.length));
    else turn.replace(whole);
    turn.finish = text(data.finish);
    turn.usage = readUsage(data.usage);
    this.turns.set(number, turn);
  }

  /** @param {Fields} data */
  #describe(data) {
    this.topic = line(data.topic) || this.topic;
    this.maxTurns = count(fields(data.limits).turns) || this.maxTurns;
    const participants = readParticipants(data.participants);
    if (participants.length > 0) this.participants = participants;
  }

  /** @param {Fields} data */
  #start(data) {
    const number = count(data.turn);
    const attempt = count(data.attempt);
    if (number === 0) return null;
    this.state = "running";
    const known = this.turns.get(number);
    const { attempt: newest, length } = known ?? { attempt: 0, length: 0 };
    if (attempt < newest || (attempt === newest && length > 0)) return null;
    const turn = new Turn(number, attempt, text(data.participant));
    turn.restart = known?.restart ?? "";
    turn.revision = (known?.revision ?? 0) + 1;
    this.turns.set(number, turn);
    return turn;
  }

  /** @param {Fields} data */
  #extend(data) {
    const turn = this.turns.get(count(data.turn));
    const attempt = count(data.attempt);
    if (turn === undefined || attempt > turn.attempt) return "gap";
    if (attempt < turn.attempt || !turn.isOpen) return null;
    const at = count(data.at);
    if (at > turn.length) return "gap";
    const fresh = text(data.text).slice(turn.length - at);
    if (fresh === "") return null;
    turn.append(fresh);
    return turn;
  }

  /**
   * @param {"turn.completed" | "turn.restarted"} type
   * @param {Fields} data
   */
  #changeTurn(type, data) {
    const turn = this.turns.get(count(data.turn));
    if (turn === undefined) return "gap";
    const attempt = count(data.attempt);
    if (attempt < turn.attempt) return null;
    turn.attempt = attempt;
    if (type === "turn.restarted") {
      turn.replace("");
      turn.finish = "";
      turn.restart = text(data.reason) || "restarted";
    } else {
      turn.replace(text(data.text));
      turn.finish = text(data.finish) || "stop";
      turn.usage = readUsage(data.usage);
    }
    return turn;
  }

  /**
   * Removes a turn that has failed: the transcript does not have it either.
   * @param {Fields} data
   */
  #remove(data) {
    const turn = this.turns.get(count(data.turn));
    if (turn === undefined || count(data.attempt) < turn.attempt) return null;
    this.turns.delete(turn.number);
    return "all";
  }

  /**
   * @param {string} type
   * @param {Fields} data
   */
  #end(type, data) {
    const state = FINAL.find((name) => type === PREFIX + name);
    if (state === undefined) return null;
    this.usage = readUsage(data.usage);
    return this.#enter(state, text(data.reason));
  }

  /**
   * @param {State} state
   * @param {string} reason
   * @returns {"state"}
   */
  #enter(state, reason) {
    this.state = state;
    this.reason = reason;
    return "state";
  }
}

/**
 * @param {unknown} value
 * @returns {Participant[]}
 */
export const readParticipants = (value) =>
  items(value).map(fields).map(({ id, name, persona, model }) =>
    ({ id: text(id), name: line(name) || line(id) || "?", persona: text(persona), model: line(model) }));

/**
 * @param {unknown} value
 * @returns {Usage | null}
 */
function readUsage(value) {
  const { input, output } = fields(value);
  return input === undefined && output === undefined ? null : { input: count(input), output: count(output) };
}

/**
 * @param {unknown} value
 * @returns {State | ""}
 */
export const readState = (value) => STATES.find((state) => state === value) ?? "";
