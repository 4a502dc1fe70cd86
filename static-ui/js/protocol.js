// @ts-check

/**
 * A version of the Mercure protocol. The hub tells them apart by the names of parameters and by the kind of token.
 * @typedef {"1.0" | "0.x"} Protocol
 */

/**
 * A parameter that selects topics, and its value: `match` (equality) and `match_urlpattern` of 1.0, `topic` of 0.x.
 * @typedef {readonly [name: "match" | "match_urlpattern" | "topic", value: string]} Matcher
 */

/**
 * @typedef {object} Subscription
 * @property {Protocol} protocol
 * @property {Matcher[]} matchers
 * @property {string} cursor the id to start after, or `earliest` for the whole history; empty: new updates only
 */

const CURSORS = { "1.0": "last_event_id", "0.x": "lastEventID" };

/**
 * Gets the query parameters of a subscription.
 * @param {Subscription} subscription
 * @returns {[name: string, value: string][]}
 */
export function subscribeFields({ protocol, matchers, cursor }) {
  /** @type {[string, string][]} */
  const fields = matchers.map(([name, value]) => [name, value]);
  if (cursor !== "") fields.push([CURSORS[protocol], cursor]);
  return fields;
}

/**
 * Gets the event id that a subscription's address resumes after.
 * @param {URL} url
 * @returns {string} empty: none
 */
export const askedCursor = ({ searchParams }) =>
  Object.values(CURSORS).map((name) => searchParams.get(name)).find((value) => value !== null) ?? "";

/**
 * Gets the topic of every event that a subscription can receive.
 * @param {Matcher[]} matchers
 * @returns {string | null} null: there can be several topics
 */
export function onlyTopic(matchers) {
  if (matchers.length !== 1) return null;
  const [[name, value]] = matchers;
  const isTopic = value !== "*" && (name === "match" || (name === "topic" && !value.includes("{")));
  return isTopic ? value : null;
}

/**
 * Shows the elements whose `data-protocol` is the protocol, and hides those of the other one.
 * @param {ParentNode} root
 * @param {Protocol} protocol
 */
export function showProtocol(root, protocol) {
  for (const element of root.querySelectorAll("[data-protocol]")) {
    if (element instanceof HTMLElement) element.hidden = element.dataset.protocol !== protocol;
  }
}
