// @ts-check

import { backoff, sleep } from "../backoff.js";
import { get } from "../dom.js";
import { isPassing } from "../fetch-stream.js";
import { isBlank } from "../text.js";
import { needsToken, newId, sentence } from "./api.js";
import { Cast } from "./cast.js";
import { Discussion, readParticipants } from "./discussion.js";
import { text } from "./untrusted.js";

/** @typedef {import("./access.js").Access} Access */
/** @typedef {import("./api.js").Api} Api */

const EXAMPLES = [
  "Should we bring back the woolly mammoth?",
  "Is a hot dog a sandwich?",
  "Would you board a one-way ship to Mars?",
  "If an AI says that it is lonely, do we owe it company?",
];
const COUNT_FROM = 0.8;
const TOO_MANY = 429;
const CONFLICT = 409;
const ATTEMPTS = 3;
const ROOM = "A discussion makes room when it is stopped, or after its turn when nobody watches it.";

/** The form that starts a discussion. */
export class Composer {
  #api;
  #access;
  #onStarted;
  #topic = get("topic", HTMLTextAreaElement);
  #count = get("topic-count", HTMLElement);
  #turns = get("turns", HTMLInputElement);
  #private = get("private", HTMLInputElement);
  #unattended = get("unattended", HTMLInputElement);
  #button = get("start", HTMLButtonElement);
  #result = get("start-result", HTMLElement);
  #cast = new Cast();
  #isStarting = false;
  /** The last request: it is sent again with the same id, until it has succeeded or the form is changed. */
  #sent = { id: "", body: "" };

  /**
   * @param {Api} api
   * @param {Access} access
   * @param {(discussion: Discussion) => void} onStarted
   */
  constructor(api, access, onStarted) {
    this.#api = api;
    this.#access = access;
    this.#onStarted = onStarted;
    get("composer", HTMLFormElement).addEventListener("submit", this.#submit);
    this.#topic.addEventListener("input", this.#showCount);
    this.#topic.addEventListener("keydown", this.#key);
    get("turns-less", HTMLButtonElement).addEventListener("click", () => this.#turns.stepDown());
    get("turns-more", HTMLButtonElement).addEventListener("click", () => this.#turns.stepUp());
    get("examples", HTMLElement).append(...EXAMPLES.map((example) => this.#example(example)));
    void this.offer();
  }

  /**
   * Fills in the form, to discuss a topic again.
   * @param {Discussion} discussion
   */
  fill({ topic, participants, maxTurns, isPrivate, isUnattended }) {
    this.#topic.value = topic;
    this.#cast.set(participants);
    if (maxTurns > 0) this.#turns.value = String(maxTurns);
    this.#private.checked = isPrivate;
    this.#unattended.checked = isUnattended;
    this.#say("");
    this.#showCount();
  }

  /** Asks the server what a new discussion may have. */
  async offer() {
    const choices = await this.#api.choices();
    this.#cast.offer(choices);
    this.#topic.maxLength = choices.topicLength;
    this.#turns.max = String(choices.turns.max);
    get("unattended-option", HTMLElement).hidden = !choices.isUnattended;
    // The user may have been faster.
    if (this.#turns.value === this.#turns.defaultValue) this.#turns.value = String(choices.turns.usual);
    this.#turns.defaultValue = String(choices.turns.usual);
  }

  /** @param {string} example */
  #example(example) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.textContent = example;
    chip.addEventListener("click", () => {
      this.#topic.value = example;
      this.#showCount();
      this.#topic.focus();
    });
    return chip;
  }

  #showCount = () => {
    const { length } = this.#topic.value;
    const max = this.#topic.maxLength;
    this.#count.textContent = length >= COUNT_FROM * max ? `${length} of ${max}` : "";
  };

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#button.click();
  };

  /** @param {Event} event */
  #submit = (event) => {
    event.preventDefault();
    void this.#start();
  };

  async #start() {
    if (this.#isStarting) return;
    const topic = this.#topic.value.trim();
    const turns = this.#turns.valueAsNumber;
    if (isBlank(topic)) {
      this.#topic.focus();
      return this.#say("Enter a topic, or choose one of the examples.");
    }
    if (this.#cast.problem !== "") return this.#say(this.#cast.problem);
    if (!Number.isInteger(turns) || turns < 1 || turns > Number(this.#turns.max)) {
      this.#turns.focus();
      return this.#say(`Enter a number of turns from 1 to ${this.#turns.max}.`);
    }
    const { participants } = this.#cast;
    const [isPrivate, isUnattended] = [this.#private.checked, this.#unattended.checked];
    this.#say("");
    const answer = await this.#send(JSON.stringify({
      topic,
      participants,
      limits: { turns },
      ...(isPrivate ? { private: true } : {}),
      ...(isUnattended ? { unattended: true } : {}),
    }));
    if ("refusal" in answer) {
      const { refusal } = answer;
      if (needsToken(refusal)) this.#access.ask(sentence(refusal), () => void this.#start());
      else this.#say(`${sentence(refusal)}${refusal.status === TOO_MANY ? ` ${ROOM}` : ""}`);
      return;
    }
    const id = text(answer.fields.id);
    if (id === "") return this.#say("The server’s answer has no id: check the address of the server.");
    // Participants without an id get their place as the id.
    const numbered = participants.map((participant, index) => ({ id: String(index + 1), ...participant }));
    this.#say("");
    this.#sent = { id: "", body: "" };
    const discussion = new Discussion(id);
    Object.assign(discussion, { topic, maxTurns: turns, isPrivate, isUnattended });
    discussion.participants = readParticipants(numbered);
    this.#onStarted(discussion);
    this.#topic.value = "";
    this.#showCount();
  }

  /** @param {string} body */
  async #send(body) {
    if (this.#sent.body !== body) this.#sent = { id: newId(), body };
    const { id } = this.#sent;
    this.#mark(true);
    let answer = await this.#api.start(id, body);
    for (let attempt = 1; attempt < ATTEMPTS && isWorthRepeating(answer); attempt++) {
      this.#say("The server does not answer yet. Trying again …");
      await sleep(backoff(attempt), new AbortController().signal);
      answer = await this.#api.start(id, body);
    }
    this.#mark(false);
    // Another discussion has the id. The next attempt gets another.
    if ("refusal" in answer && answer.refusal.status === CONFLICT) this.#sent = { id: "", body: "" };
    return answer;
  }

  // Not disabled: the button would lose the keyboard focus.
  /** @param {boolean} isStarting */
  #mark(isStarting) {
    this.#isStarting = isStarting;
    this.#button.setAttribute("aria-disabled", String(isStarting));
    this.#button.textContent = isStarting ? "Starting …" : "Start the discussion";
  }

  /** @param {string} problem */
  #say(problem) {
    this.#result.dataset.good = String(problem === "");
    this.#result.textContent = problem;
    if (problem !== "") this.#result.scrollIntoView({ block: "nearest" });
  }
}

/** @param {Awaited<ReturnType<Api["start"]>>} answer */
const isWorthRepeating = (answer) =>
  "refusal" in answer && isPassing(answer.refusal.status) && answer.refusal.status !== TOO_MANY;
