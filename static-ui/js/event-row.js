// @ts-check

import { cell, timeCell } from "./dom.js";
import { presence } from "./presence.js";
import { onlyTopic } from "./protocol.js";
import { brief, duration, prettyJson, visible } from "./text.js";

/** @typedef {import("./delivery.js").Deliveries} Deliveries */
/** @typedef {import("./protocol.js").Matcher} Matcher */
/** @typedef {import("./publications.js").Publication} Publication */
/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */

// The page keeps 500 rows: together they must not fill the memory.
const MOST_CHARS = 100_000;
const SHORT_CHARS = 600;
const SHORT_LINES = 12;
const ONE_LINE = 72;

/** A row of the list that shows an event. */
export class EventRow {
  element = document.createElement("li");
  #topic = cell("p", "event-topic", "");
  #latency = cell("span", "event-latency", "");
  #origin = cell("span", "event-origin", "");
  #deliveries;
  #arrivedAt;

  /**
   * @param {SseEvent} event
   * @param {Deliveries} deliveries
   * @param {Matcher[]} matchers the matchers of the stream
   * @param {number} arrivedAt by performance.now()
   */
  constructor(event, deliveries, matchers, arrivedAt) {
    this.#deliveries = deliveries;
    this.#arrivedAt = arrivedAt;
    const { replayed, latency } = deliveries.judge(event, arrivedAt);
    this.element.className = "event";
    this.element.dataset.event = "message";
    if (event.id !== null) this.element.dataset.id = event.id;

    const head = cell("div", "event-head", "");
    const time = timeCell(new Date(performance.timeOrigin + arrivedAt));
    const id = cell("code", "event-id", event.id === null ? "no id" : brief(event.id) || "empty id");
    head.append(time, id, cell("code", "event-type", brief(event.type)));
    if (event.retry !== null) head.append(cell("code", "event-retry", `retry ${event.retry}`));
    head.append(this.#origin, this.#latency);

    this.#showOrigin(replayed);
    if (latency !== null) this.#showAge(latency, replayed);
    this.#showTopic(presence(event) ?? onlyTopic(matchers), matchers);
    this.element.append(head, this.#topic, ...dataCells(event.data));
  }

  /**
   * Adds the topics and the measured latency of an update that this page published.
   * @param {Publication} publication
   */
  wasPublishedHere({ topics, sentAt }) {
    this.#topic.textContent = visible(topics.join(", "));
    this.#topic.title = "";
    delete this.#topic.dataset.unsure;
    const live = this.#deliveries.isAfterOpening(sentAt);
    this.#showOrigin(!live);
    if (!live) return;
    this.#latency.textContent = duration(this.#arrivedAt - sentAt);
    this.#latency.title = "Measured from the publish request to the arrival, both in this page.";
    this.#latency.dataset.measured = "";
  }

  /** @param {boolean} replayed */
  #showOrigin(replayed) {
    this.#origin.textContent = replayed ? "replayed" : "live";
    this.#origin.dataset.origin = replayed ? "replayed" : "live";
  }

  /**
   * @param {number} ms
   * @param {boolean} replayed
   */
  #showAge(ms, replayed) {
    this.#latency.textContent = replayed ? `${duration(Math.max(0, ms))} old` : `≈ ${duration(ms)}`;
    this.#latency.title = replayed
      ? "Age by the time in the event id."
      : "Estimated from the time in the event id (hub’s clock) to the arrival here (this machine’s clock).";
  }

  /**
   * @param {string | null} known null: the topic is not known
   * @param {Matcher[]} matchers
   */
  #showTopic(known, matchers) {
    if (known !== null) {
      this.#topic.textContent = visible(known);
      return;
    }
    this.#topic.textContent = `matches ${visible(matchers.map(([, value]) => value).join(" or "))}`;
    this.#topic.title = "An event does not carry its topic: one of these matchers matched.";
    this.#topic.dataset.unsure = "";
  }
}

/** @param {string} data */
function dataCells(data) {
  // structuredClone copies the part. V8 would keep the whole text in memory for a slice of it.
  const kept = data.length > MOST_CHARS ? structuredClone(data.slice(0, MOST_CHARS)) : data;
  const oneLine = kept.length <= ONE_LINE && !kept.includes("\n");
  const full = visible((oneLine ? null : prettyJson(kept)) ?? kept);
  const preview = shorten(full);
  const block = cell("pre", "event-data", preview);
  if (data === "") block.textContent = "no data";
  block.dataset.empty = String(data === "");
  if (preview === full && kept === data) return [block];

  const total = data.length.toLocaleString("en");
  const amount = kept === data ? `all ${total}` : `the first ${MOST_CHARS.toLocaleString("en")} of ${total}`;
  const more = `Show ${amount} characters`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "event-more";
  button.textContent = more;
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    button.textContent = open ? more : "Show less";
    block.textContent = open ? preview : full;
  });
  return [block, button];
}

/** @param {string} text */
function shorten(text) {
  const lines = text.slice(0, SHORT_CHARS + 1).split("\n");
  if (lines.length <= SHORT_LINES && text.length <= SHORT_CHARS) return text;
  return lines.length > SHORT_LINES
    ? `${lines.slice(0, SHORT_LINES).join("\n")}\n…`
    : `${text.slice(0, SHORT_CHARS)} …`;
}
