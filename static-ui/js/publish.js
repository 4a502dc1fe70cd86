// @ts-check

import { readRefusal, readSome } from "./problem.js";
import { updateFields } from "./commands.js";

/** @typedef {import("./commands.js").Update} Update */
/** @typedef {import("./problem.js").Refusal} Refusal */

/** @typedef {{ id: string } | Refusal | null} PublishResult null: there was no answer */

const TIME_LIMIT = 20_000;

/**
 * @param {URL} hub
 * @param {Update} update
 * @param {string} token empty: none
 * @returns {Promise<PublishResult>}
 */
export async function publish(hub, update, token) {
  /** @type {Record<string, string>} */
  const headers = token === "" ? {} : { Authorization: `Bearer ${token}` };
  const body = new URLSearchParams(updateFields(update));
  try {
    const answer = await fetch(hub, { method: "POST", headers, body, signal: AbortSignal.timeout(TIME_LIMIT) });
    if (!answer.ok) return await readRefusal(answer);
    return { id: (await readSome(answer)).trim() };
  } catch {
    return null;
  }
}
