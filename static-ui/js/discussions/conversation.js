// @ts-check

import { cell, get } from "../dom.js";
import { Follow } from "./follow.js";
import { avatar, colorsOf } from "./people.js";
import { TurnView } from "./turn-view.js";
import { counted, explain, grouped, STATE_NAMES, summary } from "./words.js";

/** @typedef {import("./discussion.js").Discussion} Discussion */
/** @typedef {import("./turn.js").Turn} Turn */

// ms between two drawings, so that fast words do not keep the browser from doing anything else.
const PACE = 60;
// ms of work in one drawing. A long transcript is drawn in several.
const BUDGET = 8;
// Characters of a turn that screen readers read when it has ended. The rest can be read in the conversation.
const MOST_ANNOUNCED = 2_000;
// ms without a word after which the page tells why the discussion may not go on.
const PATIENCE = 5_000;
const MOST_MARKS = 200;
const MANY_MARKS = 50;

const CONNECTIONS = { connecting: "Connecting", reconnecting: "Reconnecting", closed: "Not connected", live: "Live" };

const DELAYED = "Nobody speaks yet: other discussions may have taken all places. This one goes on when there is room.";

/** @type {Partial<Record<import("./discussion.js").State, string>>} */
const END_TITLES = {
  completed: "The discussion has ended",
  cancelled: "The discussion was stopped",
  failed: "The discussion failed",
};

/** Draws a discussion: the topic, the participants, the turns and the state. */
export class Conversation {
  #title = get("title", HTMLElement);
  #people = get("people", HTMLElement);
  #state = get("state", HTMLElement);
  #speaker = get("speaker", HTMLElement);
  #numbers = get("numbers", HTMLElement);
  #course = get("course", HTMLElement);
  #log = get("log", HTMLElement);
  #waiting = get("waiting", HTMLElement);
  #waitingText = get("waiting-text", HTMLElement);
  #end = get("end", HTMLElement);
  #endTitle = get("end-title", HTMLElement);
  #announcer = get("announcer", HTMLElement);
  #stop = get("stop", HTMLButtonElement);
  #follow = new Follow(get("foot", HTMLElement), get("latest", HTMLButtonElement));
  /** @type {Discussion | null} */ #discussion = null;
  /** @type {keyof typeof CONNECTIONS} */ #connection = "closed";
  /** @type {Map<number, TurnView>} */ #views = new Map();
  /** @type {Set<number>} the turns to draw */ #dirty = new Set();
  /** @type {Map<string, number>} */ #colors = new Map();
  #courseDrawn = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} runs while the discussion should go on, and does not */ #delay;
  #isDelayed = false;
  #isFocusLost = false;
  #isScheduled = false;
  #drawnAt = 0;
  #announced = 0;

  /** @param {Discussion} discussion */
  open(discussion) {
    this.#discussion = discussion;
    this.#connection = "closed";
    this.#views.clear();
    this.#dirty.clear();
    this.#log.replaceChildren();
    this.#course.replaceChildren();
    this.#announced = 0;
    this.#courseDrawn = "";
    this.#end.hidden = true;
    this.#follow.start();
    this.changedAll();
  }

  close() {
    this.#discussion = null;
    this.#watchDelay(false);
    this.#follow.isWanted = false;
  }

  /** @param {keyof typeof CONNECTIONS} connection */
  set connection(connection) {
    this.#connection = connection;
    // Nobody is speaking while the page is not connected.
    this.changedState();
  }

  /** The topic, the participants or any turn may have changed. */
  changedAll() {
    const discussion = this.#discussion;
    if (discussion === null) return;
    this.#title.textContent = discussion.topic || "Loading …";
    document.title = discussion.topic === "" ? "Discussion" : `${discussion.topic} · Discussions`;
    this.#showPeople(discussion);
    for (const [number, view] of this.#views) {
      const turn = discussion.turns.get(number);
      if (turn !== undefined && turn.participant === view.turn.participant) continue;
      view.element.remove();
      this.#views.delete(number);
    }
    for (const number of discussion.turns.keys()) this.#dirty.add(number);
    this.#announced = Math.max(this.#announced, ...[...discussion.turns.values()].map(({ isOpen, number }) =>
      (isOpen ? 0 : number)));
    this.changedState();
  }

  /** @param {Turn} turn */
  changedTurn(turn) {
    this.#dirty.add(turn.number);
    // A discussion runs as soon as a turn begins.
    if (document.body.dataset.discussion !== this.#discussion?.state) this.#showState();
    this.#schedule();
  }

  changedState() {
    const last = this.#discussion?.last;
    if (last) this.#dirty.add(last.number);
    this.#showState();
    this.#schedule();
  }

  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const wait = this.#drawnAt + PACE - performance.now();
    // The first words after a silence are drawn at once.
    if (wait <= 0) requestAnimationFrame(this.#draw);
    else setTimeout(() => requestAnimationFrame(this.#draw), wait);
  }

  #draw = () => {
    this.#isScheduled = false;
    const discussion = this.#discussion;
    if (discussion === null) return;
    const deadline = performance.now() + BUDGET;
    const current = this.#connection === "closed" ? null : discussion.current;
    for (const number of [...this.#dirty].sort((a, b) => a - b)) {
      const turn = discussion.turns.get(number);
      if (turn === undefined || this.#drawTurn(discussion, turn, turn === current, deadline)) this.#dirty.delete(number);
      if (performance.now() > deadline) break;
    }
    this.#showNumbers(discussion);
    this.#showCourse(discussion, current);
    this.#showWaiting(discussion, current);
    this.#showSpeaker(discussion, current);
    if (this.#dirty.size === 0) {
      this.#showEnd(discussion);
      this.#restoreFocus(discussion);
    }
    this.#follow.keep();
    if (discussion.hasEnded && this.#dirty.size === 0) this.#follow.isWanted = false;
    // Only words pace the drawing: the rest of a transcript is drawn in the next frame.
    this.#drawnAt = this.#dirty.size > 0 ? 0 : performance.now();
    if (this.#dirty.size > 0) this.#schedule();
  };

  /**
   * @param {Discussion} discussion
   * @param {Turn} turn
   * @param {boolean} isSpeaking
   * @param {number} deadline
   * @returns {boolean} whether the whole turn is drawn
   */
  #drawTurn(discussion, turn, isSpeaking, deadline) {
    let view = this.#views.get(turn.number);
    if (view !== undefined && view.turn.participant !== turn.participant) {
      view.element.remove();
      view = undefined;
    }
    const name = discussion.participant(turn.participant)?.name ?? turn.participant;
    if (view === undefined) {
      view = new TurnView(turn, name, this.#colors.get(turn.participant) ?? 1);
      this.#views.set(turn.number, view);
      const next = [...this.#log.children].find((other) => Number(other.getAttribute("data-turn")) > turn.number);
      this.#log.insertBefore(view.element, next ?? null);
    }
    const isWhole = view.draw(turn, isSpeaking, deadline);
    if (isWhole && !turn.isOpen && turn.number > this.#announced) {
      this.#announced = turn.number;
      const words = view.element.querySelector(".words")?.textContent?.slice(0, MOST_ANNOUNCED);
      this.#announcer.textContent = `${name}, turn ${turn.number}: ${words}`;
    }
    return isWhole;
  }

  /** @param {Discussion} discussion */
  #showPeople({ participants }) {
    const colors = colorsOf(participants);
    this.#colors = new Map(participants.map(({ id }, index) => [id, colors[index]]));
    const people = participants.map((participant, index) => {
      const person = cell("span", "person-tag", "");
      person.dataset.color = String(colors[index]);
      person.dataset.participant = participant.id;
      person.title = participant.persona;
      const name = cell("span", "person-name", participant.name);
      name.dir = "auto";
      person.append(avatar(participant, colors[index]), name);
      if (participant.model !== "") person.append(cell("span", "person-model", participant.model));
      return person;
    });
    this.#people.replaceChildren(...people);
  }

  /**
   * @param {Discussion} discussion
   * @param {Turn | null} current
   */
  #showSpeaker(discussion, current) {
    for (const person of this.#people.children) {
      person.toggleAttribute("data-speaking", person.getAttribute("data-participant") === current?.participant);
    }
    const id = current?.participant ?? "";
    if (this.#speaker.dataset.participant === id) return;
    this.#speaker.dataset.participant = id;
    const participant = discussion.participant(id);
    if (participant === undefined) return this.#speaker.replaceChildren();
    const color = this.#colors.get(id) ?? 1;
    this.#speaker.dataset.color = String(color);
    this.#speaker.replaceChildren(avatar(participant, color), cell("span", "person-name", participant.name));
  }

  #showState() {
    const discussion = this.#discussion;
    if (discussion === null) return;
    const isSettled = discussion.hasEnded || this.#connection === "live";
    const state = isSettled ? (discussion.state === "running" ? "live" : discussion.state) : this.#connection;
    const name = isSettled ? STATE_NAMES[discussion.state] : CONNECTIONS[this.#connection];
    // A screen reader reads a text again each time that it is set, even if it did not change.
    if (this.#state.dataset.state !== state) {
      this.#state.dataset.state = state;
      this.#state.textContent = name;
    }
    document.body.dataset.discussion = discussion.topic === "" ? "unknown" : discussion.state;
    const hasStop = !discussion.hasEnded && this.#connection !== "closed";
    if (!hasStop && document.activeElement === this.#stop) this.#isFocusLost = true;
    this.#stop.hidden = !hasStop;
    // A discussion that ended before the page was opened is read from its beginning.
    if (!discussion.hasEnded && discussion.topic !== "") this.#follow.isWanted = true;
    this.#watchDelay(this.#connection === "live" && (discussion.state === "waiting" || discussion.state === "paused"));
  }

  // When the button Stop is hidden, it loses the keyboard focus. It may be shown again at once, so this waits until the
  // next drawing. The focus does not go to the button "Discuss it again": who presses the key twice would leave.
  /** @param {Discussion} discussion */
  #restoreFocus({ hasEnded }) {
    if (!this.#isFocusLost) return;
    this.#isFocusLost = false;
    if (document.activeElement !== document.body && document.activeElement !== this.#stop) return;
    const next = hasEnded ? this.#endTitle : this.#title;
    (this.#stop.hidden ? next : this.#stop).focus({ preventScroll: true });
  }

  // While other discussions have taken all places, the server sends nothing.
  /** @param {boolean} isWaiting */
  #watchDelay(isWaiting) {
    if (isWaiting === (this.#delay !== undefined)) return;
    clearTimeout(this.#delay);
    this.#delay = undefined;
    this.#isDelayed = false;
    if (!isWaiting) return;
    this.#delay = setTimeout(() => {
      this.#isDelayed = true;
      this.#schedule();
    }, PATIENCE);
  }

  // The end comes after the last words: a long transcript is drawn in several frames.
  /** @param {Discussion} discussion */
  #showEnd(discussion) {
    this.#end.hidden = !discussion.hasEnded;
    const quiet = this.#connection === "closed" && !discussion.hasEnded ? "" : quietLine(discussion);
    get("quiet", HTMLElement).textContent = quiet;
    if (!discussion.hasEnded) return;
    this.#endTitle.textContent = END_TITLES[discussion.state] ?? "";
    get("end-text", HTMLElement).textContent = `${explain(discussion.reason)} ${summary(discussion)}.`.trim();
  }

  /** @param {Discussion} discussion */
  #showNumbers(discussion) {
    const { last, maxTurns, tokens } = discussion;
    const parts = [];
    if (last !== null) parts.push(`Turn ${last.number}${maxTurns > 0 ? ` of ${maxTurns}` : ""}`);
    else if (maxTurns > 0) parts.push(counted(maxTurns, "turn"));
    if (tokens.sum > 0) parts.push(`${tokens.isExact ? "" : "≈ "}${grouped(tokens.sum)} tokens`);
    const numbers = parts.join(" · ");
    if (this.#numbers.textContent !== numbers) this.#numbers.textContent = numbers;
  }

  /**
   * Draws a short line for each turn, in the color of its speaker.
   * @param {Discussion} discussion
   * @param {Turn | null} current
   */
  #showCourse({ turns, maxTurns, last }, current) {
    const length = Math.min(MOST_MARKS, Math.max(maxTurns, last?.number ?? 0));
    const drawn = `${length} ${turns.size} ${current?.number}`;
    if (this.#courseDrawn === drawn) return;
    this.#courseDrawn = drawn;
    this.#course.toggleAttribute("data-many", length > MANY_MARKS);
    while (this.#course.childElementCount > length) this.#course.lastElementChild?.remove();
    while (this.#course.childElementCount < length) this.#course.append(document.createElement("i"));
    for (const [index, mark] of [...this.#course.children].entries()) {
      const turn = turns.get(index + 1);
      const color = turn === undefined ? "" : String(this.#colors.get(turn.participant) ?? 1);
      if (mark.getAttribute("data-color") !== color) mark.setAttribute("data-color", color);
      mark.toggleAttribute("data-speaking", turn !== undefined && turn === current);
    }
  }

  /**
   * @param {Discussion} discussion
   * @param {Turn | null} current
   */
  #showWaiting({ state, last }, current) {
    const between = state === "running" && current === null;
    this.#waiting.hidden = this.#connection === "closed" || !(between || state === "waiting" || state === "paused");
    const words = this.#isDelayed ? DELAYED : wordsOf(state, last === null);
    if (this.#waitingText.textContent !== words) this.#waitingText.textContent = words;
  }
}

/** @param {Discussion} discussion */
function quietLine({ hasEnded, isUnattended }) {
  if (hasEnded) return "The link goes on showing this discussion: share it.";
  if (isUnattended) return "The discussion goes on while nobody watches: come back at any time.";
  return "Words are generated only while somebody watches: if everyone leaves, the discussion pauses after the turn.";
}

/**
 * @param {import("./discussion.js").State} state
 * @param {boolean} isEmpty whether no turn has begun
 */
function wordsOf(state, isEmpty) {
  if (state === "paused") return "Nobody was watching, so the discussion is paused. Now it goes on.";
  return isEmpty ? "The participants take their seats" : "Who is next?";
}
