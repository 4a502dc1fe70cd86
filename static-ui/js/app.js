// @ts-check

import { get } from "./dom.js";
import { enableCopy, keepApi, resolveEndpoint, shellWord } from "./endpoint.js";
import { EventStream } from "./event-stream.js";
import { Facts } from "./facts.js";
import { MessageList } from "./message-list.js";
import { followPage } from "./page-life.js";
import { PathCheck } from "./path-check.js";
import { StreamView } from "./stream-view.js";
import { duration } from "./text.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./event-stream.js").CloseReason} CloseReason */
/** @typedef {import("./event-stream.js").StreamState} StreamState */

const start = get("start", HTMLButtonElement);
const stop = get("stop", HTMLButtonElement);
const clear = get("clear", HTMLButtonElement);
const notice = get("notice", HTMLElement);

const list = new MessageList(get("messages", HTMLElement));
const timeline = new Timeline(get("timeline", SVGSVGElement));
const view = new StreamView(
  { state: get("state", HTMLElement), crowded: get("crowded", HTMLElement), start, stop },
  timeline,
);
const facts = new Facts({
  lastEventId: get("last-event-id", HTMLElement),
  messages: get("message-count", HTMLElement),
  reconnections: get("reconnect-count", HTMLElement),
  openTime: get("open-time", HTMLElement),
  sinceLast: get("since-last", HTMLElement),
});
const endpoint = resolveEndpoint("events", location);
const path = new PathCheck(get("path", HTMLElement), endpoint.url);

/** @type {Record<CloseReason, string>} */
const CLOSE_NOTICES = {
  server: "The server ended the series.",
  finished: "Nothing is left to send: the server answered 204.",
  you: "Stopped by you.",
  page: "The stream rests while you are away from the page, and goes on when you are back.",
};

const stream = new EventStream(endpoint.url, {
  onState: showState,
  onOpen: opened,
  onMessage: received,
  onClose: ended,
  onError: failed,
  onRetry: retrying,
  onReopen: reopening,
  onWaiting: waiting,
});

/** @param {string} text */
function say(text) {
  notice.textContent = text;
}

/** @param {string} prefix */
const fromId = (prefix) => (facts.lastEventId === "" ? "" : `${prefix} ${facts.lastEventId}`);

/**
 * @param {StreamState} now
 * @param {CloseReason | null} reason
 */
function showState(now, reason) {
  view.show(now);
  if (reason !== null) {
    say(CLOSE_NOTICES[reason]);
    facts.ended();
    path.ended();
  }
  showButtons();
}

function showButtons() {
  clear.disabled = list.size === 0;
}

/**
 * @param {"message" | "open" | "error" | "close"} event
 * @param {string} text
 * @param {string} [id]
 */
function record(event, text, id) {
  list.add({ event, text, id });
  timeline.mark(event, id);
  showButtons();
}

function opened() {
  console.log("open", endpoint.url.href);
  const again = facts.everOpened;
  facts.opened();
  path.opened();
  say(again ? `Connected again. The series goes on${fromId(" after event")}.` : "");
  record("open", again ? "connected again" : "connected");
}

/** @param {MessageEvent<string>} event */
function received(event) {
  console.log("message", event.lastEventId, event.data);
  facts.received(stream.lastEventId);
  path.received();
  record("message", event.data, event.lastEventId);
}

/** @param {MessageEvent<string>} event */
function ended(event) {
  console.log("close", event.data);
  record("close", event.data);
}

/** @param {boolean} final */
function failed(final) {
  path.interrupted();
  console.log("error", final ? "the browser gave up" : "the browser reconnects");
  if (final) say("The browser gave up. Asking the server why …");
  else if (!facts.everOpened) say("No connection yet. The browser keeps trying by itself.");
  else say(`Connection lost. The browser reconnects by itself${fromId(" with Last-Event-ID")}.`);
  record("error", final ? "the browser gave up" : "no connection, the browser tries again");
}

/**
 * @param {number | null} status
 * @param {number} delay
 */
function retrying(status, delay) {
  let answer = `The server answered ${status}`;
  if (status === null) answer = "The server does not answer";
  else if (status < 300) answer = "The server answers again";
  say(`${answer}: trying again in ${duration(delay)}${fromId(", from event")}.`);
}

/**
 * @param {string} cause
 * @param {number} delay
 */
function reopening(cause, delay) {
  console.log("reopen", cause);
  path.interrupted();
  say(`${cause}. Opening a new connection in ${duration(delay)}${fromId(", from event")}.`);
  record("error", cause);
}

/** @param {boolean} isCrowded */
function waiting(isCrowded) {
  view.showCrowded(isCrowded);
  say(isCrowded ? "Waiting for a free connection." : `Waiting for the server’s answer${fromId(", to go on after event")}.`);
}

function startStream() {
  facts.start();
  path.started();
  say("");
  stream.start();
}

function stopStream() {
  stream.stop();
}

function clearAll() {
  list.clear();
  timeline.clear();
  facts.clear();
  if (stream.state === "closed") path.clear();
  say("");
  if (document.activeElement === clear) (start.disabled ? stop : start).focus();
  showButtons();
}

start.addEventListener("click", startStream);
stop.addEventListener("click", stopStream);
clear.addEventListener("click", clearAll);
followPage(stream, { seesHeartbeats: false });

const word = shellWord(endpoint.url);
const commands = { "curl-command": `curl -N ${word}`, "resume-command": `curl -N -H "Last-Event-ID: 4" ${word}` };
get("endpoint-url", HTMLElement).textContent = endpoint.url.href;
for (const [id, command] of Object.entries(commands)) get(id, HTMLElement).textContent = command;
enableCopy(get("copy-command", HTMLButtonElement), get("curl-command", HTMLElement));
enableCopy(get("copy-resume", HTMLButtonElement), get("resume-command", HTMLElement));

keepApi(location);
if (endpoint.problem !== "") {
  const warning = get("api-notice", HTMLElement);
  warning.textContent = endpoint.problem;
  warning.hidden = false;
}
