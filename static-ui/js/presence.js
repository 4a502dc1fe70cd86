// @ts-check

/** @typedef {import("./sse-parser.js").SseEvent} SseEvent */

// The name of the events that a hub itself publishes for 1.0. Publishers cannot use the name.
const HUB_EVENT = "mercure";

/**
 * Reads an update of 1.0 with which the hub announces that a subscription began or ended.
 * @param {SseEvent} event
 * @returns {string | null} the news in one line; null: the event is another one
 */
export function presence({ type, data }) {
  if (type !== HUB_EVENT) return null;
  try {
    const { type: kind, match_type: matchType, match, active } = JSON.parse(data);
    if (kind !== "subscription" || typeof match !== "string" || typeof active !== "boolean") return null;
    return `Subscription ${active ? "began" : "ended"}: ${matchType} ${match}`;
  } catch {
    return null;
  }
}
