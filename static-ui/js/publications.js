// @ts-check

/** @typedef {import("./event-row.js").EventRow} EventRow */
/** @typedef {{ topics: string[], isPrivate: boolean, sentAt: number }} Publication */

const HELD = 500;

/**
 * Matches the updates that this page published with the events that arrived, by id. Either may come first: an event
 * often arrives before the answer to the POST that published it.
 */
export class Publications {
  /** @type {Map<string, Publication>} */ #sent = new Map();
  /** @type {Map<string, EventRow>} */ #arrived = new Map();

  /**
   * @param {string} id
   * @param {Publication} publication
   */
  published(id, publication) {
    keep(this.#sent, id, publication);
    this.#arrived.get(id)?.wasPublishedHere(publication);
  }

  /**
   * @param {string} id
   * @param {EventRow} row
   */
  arrived(id, row) {
    keep(this.#arrived, id, row);
    const publication = this.#sent.get(id);
    if (publication !== undefined) row.wasPublishedHere(publication);
  }

  forgetRows() {
    this.#arrived.clear();
  }
}

/**
 * @template T
 * @param {Map<string, T>} map
 * @param {string} id
 * @param {T} value
 */
function keep(map, id, value) {
  map.delete(id);
  map.set(id, value);
  for (const oldest of map.keys()) {
    if (map.size <= HELD) break;
    map.delete(oldest);
  }
}
