// @ts-check

import { cell, get } from "../dom.js";
import { needsToken, sentence } from "./api.js";
import { readParticipants, readState } from "./discussion.js";
import { avatar, colorsOf } from "./people.js";
import { count, fields, items, line, text } from "./untrusted.js";
import { ago, counted, STATE_NAMES } from "./words.js";

/** @typedef {import("./access.js").Access} Access */
/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./untrusted.js").Fields} Fields */

const NONE = "No discussions yet. Yours will be the first.";
// A page of the list may be empty: private discussions count for its length, and are not in it.
const NONE_HERE = "The newest discussions are not public.";
const NONE_AT_ALL = "No discussion is public.";

/** The list of earlier discussions, the newest first. */
export class Earlier {
  #api;
  #access;
  #linkTo;
  #onOpen;
  #list = get("earlier", HTMLElement);
  #empty = get("earlier-empty", HTMLElement);
  #more = get("more", HTMLButtonElement);
  #refresh = get("refresh", HTMLButtonElement);
  #cursor = "";
  #request = 0;

  /**
   * @param {Api} api
   * @param {Access} access
   * @param {(id: string) => string} linkTo
   * @param {(id: string) => void} onOpen
   */
  constructor(api, access, linkTo, onOpen) {
    this.#api = api;
    this.#access = access;
    this.#linkTo = linkTo;
    this.#onOpen = onOpen;
    this.#refresh.addEventListener("click", () => void this.load());
    this.#more.addEventListener("click", () => void this.#loadMore());
  }

  /** Reads the first page of the list. */
  async load() {
    await this.#read("");
  }

  async #loadMore() {
    const shown = this.#list.childElementCount;
    await this.#read(this.#cursor);
    const fresh = this.#list.children[shown]?.querySelector("a");
    // The button may be gone now: the keyboard focus goes to the first new discussion.
    if (fresh) fresh.focus();
    else if (this.#more.hidden) this.#refresh.focus();
  }

  /** @param {string} before */
  async #read(before) {
    const request = ++this.#request;
    const answer = await this.#api.list(before);
    // A later request has been sent meanwhile: its answer is newer.
    if (request !== this.#request) return;
    if ("refusal" in answer) {
      this.#say(needsToken(answer.refusal) ? "The list is for people with a token." : sentence(answer.refusal));
      if (needsToken(answer.refusal)) this.#offerToken(sentence(answer.refusal));
      return;
    }
    const rows = items(answer.fields.discussions).map(fields).filter(({ id }) => text(id) !== "")
      .map((discussion) => this.#row(discussion));
    if (before === "") this.#list.replaceChildren(...rows);
    else this.#list.append(...rows);
    this.#cursor = text(answer.fields.next);
    this.#more.hidden = this.#cursor === "";
    const none = before === "" ? NONE : NONE_AT_ALL;
    const isEmpty = this.#list.childElementCount === 0;
    this.#say(isEmpty ? (this.#cursor === "" ? none : NONE_HERE) : "");
  }

  /** @param {string} text */
  #say(text) {
    // The button in it goes, and must not take the keyboard focus with it.
    if (this.#empty.contains(document.activeElement)) this.#refresh.focus();
    this.#empty.textContent = text;
  }

  /** @param {string} reason */
  #offerToken(reason) {
    const button = cell("button", "copy", "Enter a token");
    button.setAttribute("type", "button");
    button.addEventListener("click", () => this.#access.ask(reason, () => void this.load()));
    this.#empty.append(" ", button);
  }

  /** @param {Fields} discussion */
  #row(discussion) {
    const id = text(discussion.id);
    const state = readState(discussion.state);
    const row = document.createElement("li");
    const link = /** @type {HTMLAnchorElement} */ (cell("a", "earlier-row", ""));
    link.href = this.#linkTo(id);
    link.dataset.id = id;
    link.addEventListener("click", (event) => {
      // The user wants another tab or window.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
      event.preventDefault();
      this.#onOpen(id);
    });
    const topic = cell("span", "earlier-topic", line(discussion.topic) || "Without a topic");
    topic.dir = "auto";
    link.append(topic, this.#faces(discussion), this.#meta(discussion, state));
    row.append(link);
    return row;
  }

  /** @param {Fields} discussion */
  #faces(discussion) {
    const participants = readParticipants(discussion.participants);
    const colors = colorsOf(participants);
    const faces = cell("span", "faces", "");
    faces.append(...participants.map((participant, index) => avatar(participant, colors[index])));
    faces.append(cell("span", "visually-hidden", participants.map(({ name }) => name).join(", ")));
    return faces;
  }

  /**
   * @param {Fields} discussion
   * @param {import("./discussion.js").State | ""} state
   */
  #meta(discussion, state) {
    const meta = cell("span", "earlier-meta", "");
    const pill = cell("span", "state", state === "" ? "Unknown" : STATE_NAMES[state]);
    pill.dataset.state = state === "running" ? "live" : state;
    const time = cell("time", "", ago(text(discussion.created)));
    time.setAttribute("datetime", text(discussion.created));
    meta.append(pill, cell("span", "", counted(count(discussion.turns), "turn")), time);
    return meta;
  }
}
