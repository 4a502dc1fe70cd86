// @ts-check

// Nested emphasis beyond this depth is shown as it is written.
const DEEPEST = 6;
const ESCAPED = /[!-/:-@[-`{-~]/;
const WORD = /[\p{L}\p{N}]/u;
const BARE_URL = /https?:\/\/[^\s<>"'`*]+/iy;
const NOT_AT_END = /[.,;:!?)\]}'"…]+$/;
// The end of a text that may become a link: its label is shown, and not its brackets.
const UNFINISHED_LINK = /^\[([^[\]]*)(?:\](?:\([^()\s]*)?)?$/;
// Where something other than plain text may begin.
const SPECIAL = /[\\`*_~[!<]|https?:\/\//gi;

/** @type {Record<string, string>} */
const EMPHASIS = { "**": "strong", __: "strong", "*": "em", _: "em", "~~": "del" };

/**
 * Parses the inline part of Markdown: emphasis, code and links. Everything else, also HTML, becomes text.
 * @param {string} source
 * @param {boolean} isGrowing whether more text follows. If so, emphasis and code that are not closed yet are shown as
 *   if they were, so that the stars do not flicker
 * @returns {ChildNode[]}
 */
export function parseInline(source, isGrowing) {
  return new Inline(isGrowing ? source.replace(/[*_~`]+$/, "") : source, isGrowing).nodes;
}

class Inline {
  #source;
  #isGrowing;
  /** @type {ChildNode[]} */ nodes = [];
  // Text that has no node yet.
  #text = "";
  // Delimiters that are not closed: no later one of the same kind is, so do not search again.
  /** @type {Set<string>} */ #unclosed = new Set();

  /**
   * @param {string} source
   * @param {boolean} isGrowing
   * @param {number} [depth]
   */
  constructor(source, isGrowing, depth = 0) {
    this.#source = source;
    this.#isGrowing = isGrowing;
    let from = 0;
    let at = 0;
    while (at < source.length) {
      SPECIAL.lastIndex = at;
      const found = SPECIAL.exec(source);
      if (found === null) break;
      at = found.index;
      const element = depth < DEEPEST ? this.#element(at, depth) : null;
      if (element === null) {
        at += this.#literal(at);
      } else {
        this.#add(source.slice(from, at), element.node);
        from = at = element.end;
      }
    }
    this.#add(source.slice(from), "");
    if (this.#text !== "") this.nodes.push(new Text(this.#text));
  }

  /**
   * @param {string} text
   * @param {ChildNode | string} next
   */
  #add(text, next) {
    this.#text += text;
    if (typeof next === "string") {
      this.#text += next;
      return;
    }
    if (this.#text !== "") this.nodes.push(new Text(this.#text));
    this.#text = "";
    this.nodes.push(next);
  }

  /**
   * The number of characters to show as they are. A run of the same characters is taken whole.
   * @param {number} at
   */
  #literal(at) {
    const character = this.#source[at];
    let end = at + 1;
    while (this.#source[end] === character && "*_~`".includes(character)) end++;
    return end - at;
  }

  /**
   * @param {number} at
   * @param {number} depth
   * @returns {{ node: ChildNode | string, end: number } | null} null: no element begins here
   */
  #element(at, depth) {
    const source = this.#source;
    switch (source[at]) {
      case "\\":
        return ESCAPED.test(source[at + 1] ?? "") ? { node: source[at + 1], end: at + 2 } : null;
      case "`":
        return this.#code(at);
      case "!":
        return source[at + 1] === "[" ? this.#link(at + 1, depth) : null;
      case "[":
        return this.#link(at, depth);
      case "<":
        return this.#autolink(at);
      case "h":
      case "H":
        return this.#bareUrl(at);
      default:
        return this.#emphasis(at, depth);
    }
  }

  /** @param {number} at */
  #code(at) {
    let start = at;
    while (this.#source[start] === "`") start++;
    const fence = this.#source.slice(at, start);
    let end = this.#unclosed.has(fence) ? -1 : this.#source.indexOf(fence, start);
    while (end >= 0 && this.#source[end + fence.length] === "`") {
      let next = end;
      while (this.#source[next] === "`") next++;
      end = this.#source.indexOf(fence, next);
    }
    if (end < 0) {
      this.#unclosed.add(fence);
      if (!this.#isGrowing) return null;
      end = this.#source.length;
    }
    const code = document.createElement("code");
    code.textContent = this.#source.slice(start, end).replace(/^ (.*[^ ].*) $/s, "$1");
    return { node: code, end: end + fence.length };
  }

  /**
   * @param {number} at
   * @param {number} depth
   */
  #emphasis(at, depth) {
    const source = this.#source;
    const character = source[at];
    const isDouble = source[at + 1] === character;
    const mark = isDouble ? character + character : character;
    const tag = EMPHASIS[mark];
    const start = at + mark.length;
    if (tag === undefined || this.#unclosed.has(mark) || /^\s?$/.test(source[start] ?? "")) return null;
    // In snake_case, the underscore is a character of the word.
    if (character === "_" && WORD.test(source[at - 1] ?? "")) return null;
    let end = this.#close(mark, start);
    if (end < 0) {
      this.#unclosed.add(mark);
      if (!this.#isGrowing) return null;
      end = source.length;
    }
    const element = document.createElement(tag);
    element.append(...new Inline(source.slice(start, end), this.#isGrowing && end === source.length, depth + 1).nodes);
    return { node: element, end: end + mark.length };
  }

  /**
   * @param {string} mark
   * @param {number} start
   * @returns {number} -1: not closed
   */
  #close(mark, start) {
    const source = this.#source;
    for (let at = start; at < source.length; at++) {
      const character = source[at];
      if (character === "\\") {
        at++;
      } else if (character === "`") {
        const end = source.indexOf("`", at + 1);
        if (end > 0) at = end;
      } else if (character === mark[0]) {
        let end = at;
        while (source[end] === character) end++;
        const run = end - at;
        const isClosing = at > start && !/\s/.test(source[at - 1])
          && (character !== "_" || !WORD.test(source[end] ?? ""));
        // A run of two closes no single mark, and a run of three closes both: the inner one first.
        if (isClosing && run >= mark.length && (mark.length === 2 || run !== 2)) return end - mark.length;
        at = end - 1;
      }
    }
    return -1;
  }

  /**
   * @param {number} at the position of the bracket
   * @param {number} depth
   */
  #link(at, depth) {
    const source = this.#source;
    if (this.#unclosed.has("[")) return null;
    const growing = this.#isGrowing ? UNFINISHED_LINK.exec(source.slice(at)) : null;
    if (growing !== null) return { node: growing[1], end: source.length };
    const middle = source.indexOf("](", at);
    const end = middle < 0 ? -1 : source.indexOf(")", middle);
    if (end < 0) {
      this.#unclosed.add("[");
      return null;
    }
    const label = source.slice(at + 1, middle);
    if (label.includes("[") || label.trim() === "") return null;
    const target = source.slice(middle + 2, end).trim().split(/\s/)[0].replace(/^<|>$/g, "");
    const link = makeLink(target);
    if (link === null) return null;
    link.append(...new Inline(label, false, Math.max(depth + 1, DEEPEST - 1)).nodes.map(unlink));
    return { node: link, end: end + 1 };
  }

  /** @param {number} at */
  #autolink(at) {
    const end = this.#unclosed.has("<") ? -1 : this.#source.indexOf(">", at);
    if (end < 0) {
      this.#unclosed.add("<");
      return null;
    }
    const target = this.#source.slice(at + 1, end);
    const link = /^https?:\/\/\S+$/i.test(target) ? makeLink(target) : null;
    if (link === null) return null;
    link.textContent = target;
    return { node: link, end: end + 1 };
  }

  /** @param {number} at */
  #bareUrl(at) {
    const source = this.#source;
    if (WORD.test(source[at - 1] ?? "")) return null;
    BARE_URL.lastIndex = at;
    const found = BARE_URL.exec(source)?.[0] ?? "";
    // An address such as https://en.wikipedia.org/wiki/Mercury_(planet) ends with its bracket.
    const target = found.includes("(") ? found.replace(/[.,;:!?'"…\]}]+$/, "") : found.replace(NOT_AT_END, "");
    const link = makeLink(target);
    if (link === null) return null;
    link.textContent = target;
    return { node: link, end: at + target.length };
  }
}

/**
 * @param {string} target
 * @returns {HTMLAnchorElement | null} null: not an http or https address
 */
function makeLink(target) {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return null;
  const url = new URL(target);
  if (!["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") return null;
  const link = document.createElement("a");
  link.href = url.href;
  link.rel = "noopener noreferrer nofollow";
  link.target = "_blank";
  // The text of a link may lie: show the address too.
  link.title = url.href;
  return link;
}

/**
 * A link within a link is its text.
 * @param {ChildNode} node
 */
const unlink = (node) => (node instanceof HTMLAnchorElement ? new Text(node.textContent ?? "") : node);
