// @ts-check

import { publishCommand, snippet, subscribeCommand, subscribeUrl } from "./commands.js";
import { Deliveries } from "./delivery.js";
import { get } from "./dom.js";
import { enableCopy, followAddress, resolveEndpoint } from "./endpoint.js";
import { EventRow } from "./event-row.js";
import { FetchStream } from "./fetch-stream.js";
import { MatcherList } from "./matcher-list.js";
import { MessageList } from "./message-list.js";
import { followPage } from "./page-life.js";
import { describe } from "./problem.js";
import { showProtocol } from "./protocol.js";
import { Publications } from "./publications.js";
import { NO_ANSWER, PublishForm, lines } from "./publish-form.js";
import { StreamStatus, isRefusal } from "./stream-status.js";
import { brief, duration, visible } from "./text.js";
import { TokenField, isLoopback } from "./token-field.js";
import { canMint } from "./token.js";
import { enableTokenMaker } from "./token-maker.js";

/** @typedef {import("./fetch-stream.js").Loss} Loss */
/** @typedef {import("./fetch-stream.js").Opening} Opening */
/** @typedef {import("./protocol.js").Matcher} Matcher */
/** @typedef {import("./protocol.js").Protocol} Protocol */
/** @typedef {import("./protocol.js").Subscription} Subscription */
/** @typedef {import("./publications.js").Publication} Publication */
/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */
/** @typedef {import("./stream-status.js").CloseReason} CloseReason */
/** @typedef {import("./stream-status.js").StreamState} StreamState */

const CAP = 500;
const OK = 200;
const UNAUTHORIZED = 401;
const EXAMPLE = "https://example.com/books/1";
// Comments of healthy streams. Any other comment in a stream that ends without events says why the hub ended it.
const EVERYDAY_COMMENTS = ["", "open", "heartbeat"];

const hub = followAddress(resolveEndpoint(".well-known/mercure", location, "hub"));

const form = get("subscribe", HTMLFormElement);
const fields = get("subscribe-fields", HTMLFieldSetElement);
const protocolV1 = get("protocol-1", HTMLInputElement);
const protocolV0 = get("protocol-0", HTMLInputElement);
const selectors = get("subscribe-selectors", HTMLTextAreaElement);
const from = get("subscribe-from", HTMLSelectElement);
const after = get("subscribe-after", HTMLInputElement);
const connect = get("connect", HTMLButtonElement);
const disconnect = get("disconnect", HTMLButtonElement);
const clear = get("clear", HTMLButtonElement);
const gap = get("gap", HTMLElement);

const list = new MessageList(get("messages", HTMLElement), { cap: CAP });
const status = new StreamStatus({
  peer: "hub",
  counted: "Events",
  invitation: "Press Connect to subscribe, then publish to one of the topics.",
  start: connect,
  stop: disconnect,
});
const publications = new Publications();
const stream = new FetchStream({
  onState: showState,
  onOpen: opened,
  onEvents: received,
  onCursor: (lastEventId) => status.movedOn(lastEventId),
  onRetry: retrying,
  onWaiting: (isCrowded) => status.waiting(isCrowded),
});
const matcherList = new MatcherList(showCommands);
const token = new TokenField(hub, "subscribe", showCommands);
const publishing = new PublishForm(hub, showCommands, published);

/** @type {Matcher[]} the matchers of the open stream */
let matchers = [];
let isAnonymous = true;
/** @type {Deliveries} */
let deliveries;

/** @param {string} text the warning; empty: hides it */
function warn(text) {
  gap.textContent = visible(text);
  gap.hidden = text === "";
}

/** @returns {string} the id to start after, or `earliest` for the whole history; empty: new updates only */
const cursor = () => (from.value === "after" ? after.value.trim() : from.value);

/** @returns {Protocol} */
const protocol = () => (protocolV0.checked ? "0.x" : "1.0");

/** @returns {Subscription} */
const subscription = () => ({
  protocol: protocol(),
  matchers: protocol() === "1.0" ? matcherList.matchers : lines(selectors.value).map((topic) => ["topic", topic]),
  cursor: cursor(),
});

/**
 * @param {StreamState} now
 * @param {CloseReason | null} reason
 */
function showState(now, reason) {
  status.enter(now, reason);
  fields.disabled = now !== "closed";
  if (reason === null) return;
  const closing = status.closing(reason);
  record(isRefusal(reason) ? "error" : "close", closing);
  if (!isRefusal(reason)) return;
  const others = reason.status === OK ? "" : ", and neither would an EventSource";
  status.say(`${closing} The page does not reconnect${others}.`);
  if (reason.status === UNAUTHORIZED) token.open();
}

function showButtons() {
  clear.disabled = list.size === 0;
}

/**
 * @param {"open" | "error" | "close"} event
 * @param {string} text
 */
function record(event, text) {
  list.add({ event, text });
  status.mark(event);
  showButtons();
}

/** @param {Opening} opening */
function opened(opening) {
  const again = status.isReopened;
  deliveries = new Deliveries(opening);
  const { asked, held } = opening;
  const after = asked === "" || asked === "earliest" ? "" : `, after ${brief(asked)}`;
  record("open", `${again ? "reconnected" : "connected"}${after}`);
  status.say(resumption(again, asked, held));
  const isGap = after !== "" && held === "earliest";
  const missing = `Gap: the hub’s history does not contain ${brief(asked)}, so updates after it may be missing. `
    + "If they were dropped, raise Hub:History:MaxCount, MaxBytes or MaxAge.";
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
  if (asked === "" && again) return `Reconnected without an event id to resume after: updates may be missing.${skew}`;
  if (asked === "") return `Receiving new updates.${skew}`;
  if (asked === "earliest" || held === "earliest") return `Receiving the whole history, then new updates.${skew}`;
  if (held === null) {
    return `Resumed after ${brief(asked)}. Updates may be missing: the page can read no Last-Event-ID in the answer.${skew}`;
  }
  if (held === asked) return `Resumed after ${brief(asked)}: nothing is missing.${skew}`;
  return `Resumed after ${brief(held)}.${skew}`;
}

/** @param {SseEvent[]} events */
function received(events) {
  const arrivedAt = performance.now();
  for (const { lastEventId } of events) status.received(lastEventId);
  // Make no rows that the cap would remove immediately.
  const shown = events.slice(-CAP);
  const rows = shown.map((event) => new EventRow(event, deliveries, matchers, arrivedAt));
  list.append(...rows.map((row) => row.element));
  for (const [index, { id, type }] of shown.entries()) {
    if (id !== null) publications.arrived(id, rows[index]);
    status.mark("message", type === "message" ? "" : brief(type));
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
    status.say("This stream has no token, so the private update does not arrive here: reconnect with a token.");
  }
}

/**
 * @param {Loss} loss
 * @param {number} delay
 */
function retrying(loss, delay) {
  const cause = causeOf(loss);
  status.retrying(cause, delay);
  record("error", cause);
}

/** @param {Loss} loss */
function causeOf({ refusal, cause, wasLive, comment }) {
  if (cause !== "") return cause;
  if (refusal !== null) return `The hub answered ${describe(refusal)}`;
  const isOrdinaryEnd = EVERYDAY_COMMENTS.includes(comment);
  if (wasLive) return isOrdinaryEnd ? "The connection ended" : `The hub ended the stream: ${comment}`;
  if (status.everOpened) return "The hub does not answer: check your network, and that the hub runs";
  return NO_ANSWER;
}

/** @param {Event} event */
function start(event) {
  event.preventDefault();
  // The Enter key in a field submits the form too, even while Connect is disabled.
  if (stream.state !== "closed") return;
  const wanted = subscription();
  if (token.problem !== "") return status.say(token.problem);
  warn("");
  ({ matchers } = wanted);
  isAnonymous = token.value === "";
  stream.start({ url: subscribeUrl(hub, wanted), token: token.value });
}

function clearAll() {
  list.clear();
  status.clear();
  publications.forgetRows();
  warn("");
  if (document.activeElement === clear) status.focus();
  showButtons();
}

function showCommands() {
  const wanted = subscription();
  get("subscribe-command", HTMLElement).textContent = subscribeCommand(hub, wanted, token.value);
  get("publish-command", HTMLElement).textContent = publishCommand(hub, publishing.update, publishing.token.value);
  get("snippet", HTMLElement).textContent = snippet(hub, wanted, token.value);
}

function showAfter() {
  get("subscribe-after-field", HTMLElement).hidden = from.value !== "after";
}

// The names of the parameters in the page's address tell the protocol, as they do in the hub's. Those of 1.0 win.
function prefill() {
  /** @type {Matcher[]} */
  const matched = [];
  const selected = [];
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name === "topic") selected.push(value);
    else if (name === "match_urlpattern") matched.push([name, value]);
    else if (name === "match" || name === "match_exact") matched.push(["match", value]);
  }
  if (selected.length > 0) selectors.value = selected.join("\n");
  matcherList.matchers = matched.length > 0 ? matched : [["match", EXAMPLE]];
  protocolV0.checked = selected.length > 0 && matched.length === 0;
}

function speak() {
  showProtocol(document, protocol());
  maker.speak(protocol());
  for (const field of [token, publishing.token]) void field.speak(protocol());
  showCommands();
}

prefill();
const maker = enableTokenMaker(hub, { subscribe: token, publish: publishing.token });
token.offerDevelopmentToken();
publishing.token.offerDevelopmentToken();
speak();
if (canMint && isLoopback(hub)) void publishing.token.useDevelopmentToken();

form.addEventListener("submit", start);
form.addEventListener("input", showCommands);
for (const radio of [protocolV1, protocolV0]) radio.addEventListener("change", speak);
from.addEventListener("change", showAfter);
disconnect.addEventListener("click", () => stream.stop());
clear.addEventListener("click", clearAll);
followPage(stream, { seesHeartbeats: true });
for (const name of ["subscribe-command", "publish-command", "snippet"]) {
  enableCopy(get(`copy-${name}`, HTMLButtonElement), get(name, HTMLElement));
}

get("hub-url", HTMLElement).textContent = hub.href;
showAfter();
