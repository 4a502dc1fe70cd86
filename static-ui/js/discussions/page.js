// @ts-check

import { get } from "../dom.js";
import { followAddress, resolveEndpoint } from "../endpoint.js";
import { isPassing } from "../fetch-stream.js";
import { Access } from "./access.js";
import { Api, needsToken, sentence } from "./api.js";
import { copies } from "./clipboard.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Discussion } from "./discussion.js";
import { Earlier } from "./earlier.js";
import { Live } from "./live.js";
import { asMarkdown, asText } from "./transcript.js";

/** @typedef {import("../problem.js").Refusal} Refusal */

const ID = "id";
const HOME_TITLE = document.title;
/** @type {Record<number, string>} */
const UNKNOWN = { 401: "Not open to everyone", 403: "Not open to everyone", 404: "No such discussion" };

const title = get("title", HTMLElement);
const homeHeading = title.textContent;
const stop = get("stop", HTMLButtonElement);

const api = new Api(followAddress(resolveEndpoint("discussions", location)));
const hub = resolveEndpoint(".well-known/mercure", location, "hub").url;
const access = new Access(api, hub, () => void composer.offer());
const conversation = new Conversation();
const live = new Live(api, conversation, refused);
const composer = new Composer(api, access, started);
const earlier = new Earlier(api, access, linkTo, openById);

/** @type {Discussion | null} the discussion on the screen */
let shown = null;

/**
 * The address of a discussion, with the servers that the page's address names. Without an id: of the list.
 * @param {string} id
 */
function linkTo(id) {
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.delete(ID);
  if (id !== "") url.searchParams.set(ID, id);
  return url.href;
}

/** @param {"home" | "conversation"} view */
function show(view) {
  document.body.dataset.view = view;
  access.hide();
}

function showHome() {
  show("home");
  shown = null;
  live.leave();
  conversation.close();
  document.title = HOME_TITLE;
  title.textContent = homeHeading;
  void earlier.load();
}

/** @param {Discussion} discussion */
function showConversation(discussion) {
  show("conversation");
  live.leave();
  shown = discussion;
  markStopping(false);
  conversation.open(discussion);
}

/** @param {Discussion} discussion */
function started(discussion) {
  // The user did not wait, and reads another discussion.
  if (document.body.dataset.view !== "home") return;
  history.pushState(null, "", linkTo(discussion.id));
  showConversation(discussion);
  title.focus({ preventScroll: true });
  live.follow(discussion);
}

/** @param {string} id */
function openById(id) {
  history.pushState(null, "", linkTo(id));
  showAddress();
  title.focus({ preventScroll: true });
}

/**
 * Reads the transcript first: it shows everything at once, and a discussion that has ended needs no stream. If the
 * server cannot send it just now, the page follows the stream, which begins with a snapshot: the stream is requested
 * again and again until the server answers.
 * @param {Discussion} discussion
 * @returns {Promise<void>}
 */
async function load(discussion) {
  conversation.connection = "connecting";
  const answer = await api.transcript(discussion.id);
  if (shown !== discussion) return;
  if ("refusal" in answer) {
    if (!isPassing(answer.refusal.status)) return refused(answer.refusal);
  } else {
    discussion.replace(answer.fields);
    conversation.changedAll();
  }
  live.follow(discussion);
}

/** @param {Refusal} refusal */
function refused(refusal) {
  const discussion = shown;
  if (discussion === null) return;
  conversation.connection = "closed";
  if (discussion.topic === "") title.textContent = UNKNOWN[refusal.status] ?? "Not available";
  if (needsToken(refusal)) return access.ask(sentence(refusal), () => void load(discussion));
  if (refusal.status !== 404) return live.say(sentence(refusal));
  live.say(discussion.topic === ""
    ? "There is no discussion at this address, or it is gone: the server keeps discussions for some days, and without "
      + "Redis only until it restarts."
    : "The server no longer has this discussion, so it does not go on. You can still copy it.");
}

// Not disabled: the button would lose the keyboard focus.
/** @param {boolean} isStopping */
function markStopping(isStopping) {
  stop.setAttribute("aria-disabled", String(isStopping));
  stop.textContent = isStopping ? "Stopping …" : "Stop";
}

async function cancel() {
  const discussion = shown;
  if (discussion === null || stop.getAttribute("aria-disabled") === "true") return;
  markStopping(true);
  const answer = await api.cancel(discussion.id);
  if (!("refusal" in answer) || shown !== discussion) return;
  markStopping(false);
  if (needsToken(answer.refusal)) access.ask(sentence(answer.refusal), () => void cancel());
  else live.say(sentence(answer.refusal));
}

function again() {
  if (shown === null) return;
  composer.fill(shown);
  history.pushState(null, "", linkTo(""));
  showHome();
  scrollTo({ top: 0, behavior: "instant" });
  get("topic", HTMLTextAreaElement).focus();
}

function showAddress() {
  const id = new URLSearchParams(location.search).get(ID) ?? "";
  if (id === "") return showHome();
  const discussion = new Discussion(id);
  showConversation(discussion);
  void load(discussion);
}

/** @param {MouseEvent} event */
function goBack(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState(null, "", linkTo(""));
  showHome();
  scrollTo({ top: 0, behavior: "instant" });
  title.focus({ preventScroll: true });
}

function followHistory() {
  showAddress();
  title.focus({ preventScroll: true });
}

addEventListener("popstate", followHistory);
stop.addEventListener("click", () => void cancel());
get("again", HTMLButtonElement).addEventListener("click", again);
get("back", HTMLAnchorElement).addEventListener("click", goBack);
copies(get("share", HTMLButtonElement), () => linkTo(shown?.id ?? ""));
copies(get("copy-text", HTMLButtonElement), () => (shown === null ? "" : asText(shown, linkTo(shown.id))));
copies(get("copy-markdown", HTMLButtonElement), () => (shown === null ? "" : asMarkdown(shown, linkTo(shown.id))));

showAddress();
