// @ts-check

import { get } from "./dom.js";
import { enableCopy, followAddress, resolveEndpoint, shellWord } from "./endpoint.js";
import { EventStream } from "./event-stream.js";
import { MessageList } from "./message-list.js";
import { followPage } from "./page-life.js";
import { PathCheck } from "./path-check.js";
import { StreamStatus } from "./stream-status.js";
import { brief } from "./text.js";

/** @typedef {import("./event-stream.js").Answer} Answer */
/** @typedef {import("./stream-status.js").CloseReason} CloseReason */
/** @typedef {import("./stream-status.js").StreamState} StreamState */

const start = get("start", HTMLButtonElement);
const stop = get("stop", HTMLButtonElement);
const clear = get("clear", HTMLButtonElement);

const list = new MessageList(get("messages", HTMLElement));
const status = new StreamStatus({ peer: "server", counted: "Messages", start, stop });
const url = followAddress(resolveEndpoint("events", location));
const STREAM = "text/event-stream";
const NO_ANSWER = "The server does not answer: check your network, and that the server runs"
  + (url.origin === location.origin ? "" : ", and that Cors:AllowedOrigins has this page’s origin");
const path = new PathCheck(get("path", HTMLElement), url);

const stream = new EventStream(url, {
  onState: showState,
  onOpen: opened,
  onMessage: received,
  onClose: ended,
  onError: failed,
  onRetry: retrying,
  onReopen: reopening,
  onWaiting: (isCrowded) => status.waiting(isCrowded),
});

/** @param {string} prefix */
const fromId = (prefix) => (status.lastEventId === "" ? "" : `${prefix} ${brief(status.lastEventId)}`);

/**
 * @param {StreamState} now
 * @param {CloseReason | null} reason
 */
function showState(now, reason) {
  status.enter(now, reason);
  if (reason !== null) path.ended();
}

function showButtons() {
  clear.disabled = list.size === 0;
}

/**
 * @param {"message" | "open" | "error" | "close"} event
 * @param {string} text
 * @param {string} [id]
 */
function record(event, text, id = "") {
  list.add({ event, text, id });
  status.mark(event, brief(id));
  showButtons();
}

function opened() {
  console.log("open", url.href);
  const again = status.isReopened;
  path.opened();
  status.say(again ? `Reconnected. The series continues${fromId(" after event")}.` : "");
  record("open", again ? "reconnected" : "connected");
}

/** @param {MessageEvent<string>} event */
function received(event) {
  console.log("message", event.lastEventId, event.data);
  status.received(stream.lastEventId);
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
  console.log("error", final ? "the browser stopped reconnecting" : "the browser reconnects");
  if (final) status.say("The browser stopped reconnecting. Asking the server for the reason …");
  else if (!status.everOpened) status.say("No connection yet. The browser tries again automatically.");
  else status.say(`Connection lost. The browser reconnects automatically${fromId(", with Last-Event-ID")}.`);
  record("error", final ? "the browser stopped reconnecting" : "no connection: the browser tries again");
}

/**
 * @param {Answer | null} answer
 * @param {number} delay
 */
function retrying(answer, delay) {
  status.retrying(answer === null ? NO_ANSWER : causeOf(answer), delay);
}

/** @param {Answer} answer */
function causeOf({ status, type }) {
  if (status !== 200) return `The server answered ${status}`;
  return type === STREAM ? "The server answers again" : `The server answered with ${type}, not with ${STREAM}`;
}

/**
 * @param {string} cause
 * @param {number} delay
 */
function reopening(cause, delay) {
  console.log("reopen", cause);
  path.interrupted();
  status.retrying(cause, delay);
  record("error", cause);
}

function startStream() {
  path.started();
  stream.start();
}

function stopStream() {
  stream.stop();
}

function clearAll() {
  list.clear();
  status.clear();
  if (stream.state === "closed") path.clear();
  status.say("");
  if (document.activeElement === clear) status.focus();
  showButtons();
}

start.addEventListener("click", startStream);
stop.addEventListener("click", stopStream);
clear.addEventListener("click", clearAll);
followPage(stream, { seesHeartbeats: false });

const word = shellWord(url);
const commands = { "curl-command": `curl -N ${word}`, "resume-command": `curl -N -H "Last-Event-ID: 4" ${word}` };
get("endpoint-url", HTMLElement).textContent = url.href;
for (const [id, command] of Object.entries(commands)) get(id, HTMLElement).textContent = command;
enableCopy(get("copy-command", HTMLButtonElement), get("curl-command", HTMLElement));
enableCopy(get("copy-resume", HTMLButtonElement), get("resume-command", HTMLElement));
