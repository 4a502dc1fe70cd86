// @ts-check

import { publishCommand, snippet, subscribeCommand, subscribeUrl } from "./commands.js";
import { Deliveries } from "./delivery.js";
import { get } from "./dom.js";
import { enableCopy, keepApi, resolveEndpoint } from "./endpoint.js";
import { EventRow } from "./event-row.js";
import { Facts } from "./facts.js";
import { FetchStream } from "./fetch-stream.js";
import { MessageList } from "./message-list.js";
import { followPage } from "./page-life.js";
import { describe } from "./problem.js";
import { Publications } from "./publications.js";
import { PublishForm, lines } from "./publish-form.js";
import { StreamView } from "./stream-view.js";
import { duration, visible } from "./text.js";
import { Timeline } from "./timeline.js";
import { TokenField, isLoopback } from "./token-field.js";
import { canMint } from "./token.js";
import { enableTokenMaker } from "./token-maker.js";

/** @typedef {import("./event-stream.js").StreamState} StreamState */
/** @typedef {import("./fetch-stream.js").CloseReason} CloseReason */
/** @typedef {import("./fetch-stream.js").Loss} Loss */
/** @typedef {import("./fetch-stream.js").Opening} Opening */
/** @typedef {import("./publications.js").Publication} Publication */
/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */

const CAP = 500;
// What is said in streams that are well: of another comment before the end of an empty one, people want to know.
const EVERYDAY_COMMENTS = ["", "open", "heartbeat"];

const endpoint = resolveEndpoint(".well-known/mercure", location);
const hub = endpoint.url;

const form = get("subscribe", HTMLFormElement);
const fields = get("subscribe-fields", HTMLFieldSetElement);
const topics = get("subscribe-topics", HTMLTextAreaElement);
const from = get("subscribe-from", HTMLSelectElement);
const after = get("subscribe-after", HTMLInputElement);
const connect = get("connect", HTMLButtonElement);
const disconnect = get("disconnect", HTMLButtonElement);
const clear = get("clear", HTMLButtonElement);
const notice = get("notice", HTMLElement);
const gap = get("gap", HTMLElement);

const list = new MessageList(get("messages", HTMLElement), { cap: CAP });
const timeline = new Timeline(get("timeline", SVGSVGElement));
const view = new StreamView(
  { state: get("state", HTMLElement), crowded: get("crowded", HTMLElement), start: connect, stop: disconnect },
  timeline,
);
const publications = new Publications();
const facts = new Facts({
  lastEventId: get("last-event-id", HTMLElement),
  messages: get("message-count", HTMLElement),
  reconnections: get("reconnect-count", HTMLElement),
  openTime: get("open-time", HTMLElement),
  sinceLast: get("since-last", HTMLElement),
});
const stream = new FetchStream({
  onState: showState,
  onOpen: opened,
  onEvents: received,
  onCursor: (lastEventId) => facts.movedOn(lastEventId),
  onRetry: retrying,
  onWaiting: waiting,
});
const token = new TokenField("subscribe", showCommands);
const publishing = new PublishForm(hub, showCommands, published);

/** @type {string[]} what the open stream is subscribed to */
let selectors = [];
let isAnonymous = true;
/** @type {Deliveries} */
let deliveries;

/** @type {Record<string, string>} */
const CLOSE_NOTICES = {
  finished: "The hub has nothing more to send: it answered 204.",
  you: "Disconnected by you.",
  page: "The stream rests while you are away from the page, and goes on when you are back.",
};

/** @param {string} text */
function say(text) {
  notice.textContent = visible(text);
}

/** @param {string} text what is missing; empty: nothing is */
function warn(text) {
  gap.textContent = visible(text);
  gap.hidden = text === "";
}

/** @returns {string} the id to begin after; empty: from now on */
const cursor = () => (from.value === "after" ? after.value.trim() : from.value);

/**
 * @param {StreamState} now
 * @param {CloseReason | null} reason
 */
function showState(now, reason) {
  view.show(now);
  fields.disabled = now !== "closed";
  if (reason !== null) closed(reason);
  showButtons();
}

/** @param {CloseReason} reason */
function closed(reason) {
  facts.ended();
  if (typeof reason === "string") {
    say(CLOSE_NOTICES[reason]);
    record("close", CLOSE_NOTICES[reason]);
    return;
  }
  const text = `The hub answered ${describe(reason)}`;
  say(`${text}. An EventSource would give up, too.`);
  record("error", text);
}

function showButtons() {
  clear.disabled = list.size === 0;
}

/**
 * @param {"open" | "error" | "close"} event
 * @param {string} text
 */
function record(event, text) {
  list.add({ event, text: visible(text) });
  timeline.mark(event);
  showButtons();
}

/** @param {Opening} opening */
function opened(opening) {
  const again = facts.everOpened;
  facts.opened();
  deliveries = new Deliveries(opening);
  const { asked, held } = opening;
  const after = asked === "" || asked === "earliest" ? "" : `, after ${asked}`;
  record("open", `${again ? "connected again" : "connected"}${after}`);
  say(resumption(again, asked, held));
  const isGap = after !== "" && held === "earliest";
  const missing = `A gap: the hub no longer holds ${asked}, or never did. Updates after it may be missing.`;
  warn(isGap ? missing : "");
  if (isGap) record("error", missing);
}

/**
 * @param {boolean} again
 * @param {string} asked
 * @param {string | null} held
 */
function resumption(again, asked, held) {
  const skew = Math.abs(deliveries.skew) < 1 ? "" : ` The hub’s clock differs by ${duration(deliveries.skew)}.`;
  if (asked === "" && again) return `Connected again, but with no id to resume after: updates may be missing.${skew}`;
  if (asked === "") return `Updates from now on.${skew}`;
  if (asked === "earliest" || held === "earliest") return `Everything that the hub holds, then live.${skew}`;
  if (held === null) return `Resumed after ${asked}; the hub does not tell whether it held it.${skew}`;
  if (held === asked) return `Resumed after ${asked}: nothing is missing.${skew}`;
  return `Resumed after ${held}.${skew}`;
}

/** @param {SseEvent[]} events */
function received(events) {
  const arrivedAt = performance.now();
  for (const { lastEventId } of events) facts.received(lastEventId);
  // Rows that the cap would take away at once are not even made.
  const shown = events.slice(-CAP);
  const rows = shown.map((event) => new EventRow(event, deliveries, selectors, arrivedAt));
  list.append(...rows.map((row) => row.element));
  for (const [index, { id, type }] of shown.entries()) {
    if (id !== null) publications.arrived(id, rows[index]);
    timeline.mark("message", type === "message" ? "" : visible(type));
  }
  showButtons();
}

/**
 * @param {string} id
 * @param {Publication} publication
 */
function published(id, publication) {
  publications.published(id, publication);
  if (publication.isPrivate && isAnonymous && stream.state === "live") {
    say("The update is private, and this stream has no token: it does not arrive here.");
  }
}

/**
 * @param {Loss} loss
 * @param {number} delay
 */
function retrying(loss, delay) {
  const cause = causeOf(loss);
  const after = stream.lastEventId === "" ? "" : `, after ${stream.lastEventId}`;
  say(`${cause}. Trying again in ${duration(delay)}${after}.`);
  record("error", cause);
}

/** @param {Loss} loss */
function causeOf({ refusal, cause, wasLive, comment }) {
  if (cause !== "") return cause;
  if (refusal !== null) return `The hub answered ${describe(refusal)}`;
  if (wasLive) return EVERYDAY_COMMENTS.includes(comment) ? "The connection ended" : `The hub ended the stream: ${comment}`;
  if (facts.everOpened) return "The hub does not answer";
  return "No answer: the hub is down, or it does not allow this page’s origin";
}

/** @param {boolean} isCrowded */
function waiting(isCrowded) {
  view.showCrowded(isCrowded);
  const after = stream.lastEventId === "" ? "" : `, to go on after ${stream.lastEventId}`;
  say(isCrowded ? "Waiting for a free connection." : `Waiting for the hub’s answer${after}.`);
}

/** @param {Event} event */
function start(event) {
  event.preventDefault();
  // Enter in a field submits, too.
  if (stream.state !== "closed") return;
  selectors = lines(topics.value);
  if (token.problem !== "") return say(token.problem);
  warn("");
  say("");
  facts.start();
  isAnonymous = token.value === "";
  stream.start({ url: subscribeUrl(hub, selectors, cursor()), token: token.value });
}

function clearAll() {
  list.clear();
  timeline.clear();
  facts.clear();
  publications.forgetRows();
  warn("");
  if (document.activeElement === clear) (connect.disabled ? disconnect : connect).focus();
  showButtons();
}

function showCommands() {
  const subscribed = lines(topics.value);
  get("subscribe-command", HTMLElement).textContent =
    subscribeCommand(hub, subscribed, cursor(), token.value);
  get("publish-command", HTMLElement).textContent = publishCommand(hub, publishing.update, publishing.token.value);
  get("snippet", HTMLElement).textContent = snippet(hub, subscribed, cursor(), token.value);
}

function showAfter() {
  get("subscribe-after-field", HTMLElement).hidden = from.value !== "after";
}

function prefill() {
  const wanted = new URLSearchParams(location.search).getAll("topic");
  if (wanted.length > 0) topics.value = wanted.join("\n");
}

prefill();
keepApi(location);
enableTokenMaker(hub, { subscribe: token, publish: publishing.token });
token.offerDevelopmentToken(hub);
publishing.token.offerDevelopmentToken(hub);
if (canMint && isLoopback(hub)) void publishing.token.useDevelopmentToken();

form.addEventListener("submit", start);
form.addEventListener("input", showCommands);
from.addEventListener("change", showAfter);
disconnect.addEventListener("click", () => stream.stop());
clear.addEventListener("click", clearAll);
followPage(stream, { seesHeartbeats: true });
for (const name of ["subscribe-command", "publish-command", "snippet"]) {
  enableCopy(get(`copy-${name}`, HTMLButtonElement), get(name, HTMLElement));
}

get("hub-url", HTMLElement).textContent = hub.href;
showAfter();
showCommands();
if (endpoint.problem !== "") {
  const warning = get("api-notice", HTMLElement);
  warning.textContent = endpoint.problem;
  warning.hidden = false;
}
