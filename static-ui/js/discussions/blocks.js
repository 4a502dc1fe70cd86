// @ts-check

import { InlineText, LONGEST } from "./inline-text.js";

// Quotes and lists deeper than this are shown as they are written.
const DEEPEST = 4;
// A browser goes through all blocks of a container, and all items of a list, to lay out a new one. More blocks than
// this are shown as they are written, in few paragraphs. A longer list goes on in a new list.
const MOST_BLOCKS = 500;
const MOST_ITEMS = 500;

const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +)(?=\S)/;
const QUOTE = /^ {0,3}> ?/;
const LEAST_INDENT = 2;

/**
 * @typedef {object} Leaf a paragraph or a heading
 * @property {"leaf"} kind
 * @property {InlineText} text
 * @property {boolean} isHeading
 */
/** @typedef {{ kind: "code", fence: string, element: HTMLElement, text: Text, draft: Text }} Code */
/** @typedef {{ kind: "quote", inner: Blocks }} Quote */
/** @typedef {{ kind: "list", element: HTMLElement, inner: Blocks, indent: number, isBlank: boolean }} List */
/** @typedef {Leaf | Code | Quote | List} Block */

/** The blocks of one container: of a turn, a quote or an item of a list. */
export class Blocks {
  #parent;
  #depth;
  /** @type {Block | null} the last block, while lines can still belong to it */ #open = null;
  /** @type {ChildNode[]} what the unfinished line has drawn */ #draft = [];

  /**
   * @param {ParentNode & Node} parent
   * @param {number} depth
   */
  constructor(parent, depth) {
    this.#parent = parent;
    this.#depth = depth;
  }

  get #isFull() {
    return this.#parent.childElementCount >= MOST_BLOCKS;
  }

  get #isParagraph() {
    return this.#open?.kind === "leaf" && !this.#open.isHeading;
  }

  /**
   * Whether a line without a mark can continue the last paragraph.
   * @returns {boolean}
   */
  get isLazy() {
    if (this.#open?.kind === "quote" || this.#open?.kind === "list") return this.#open.inner.isLazy;
    return this.#isParagraph;
  }

  /** @param {string} line a whole line */
  take(line) {
    this.#undraft();
    const target = this.#route(line);
    if (target === null) this.#begin(line);
    else target.take();
  }

  /** @param {string} text the next part of a line whose first part has been taken */
  more(text) {
    this.#undraft();
    const open = this.#open;
    if (open === null || (open.kind === "leaf" && open.text.isFull)) this.#continue(text);
    else if (open.kind === "leaf") open.text.append(text);
    else if (open.kind === "code") open.text.data = `${open.text.data.slice(0, -1)}${text}\n`;
    else open.inner.more(text);
  }

  /**
   * Draws a line that is not finished, until the next call. It may still become something else.
   * @param {string} line
   */
  draft(line) {
    this.#undraft();
    const isEmpty = line.trim() === "" || isUndecided(line);
    const target = isEmpty ? null : this.#route(line);
    if (target !== null) {
      target.draft();
      return;
    }
    this.#redraw();
    if (isEmpty) return;
    const fragment = document.createDocumentFragment();
    const blocks = new Blocks(fragment, this.#depth);
    blocks.take(line);
    blocks.#redraw();
    this.#draft = [...fragment.childNodes];
    this.#parent.append(fragment);
  }

  /** @param {string} text */
  draftMore(text) {
    this.#undraft();
    const open = this.#open;
    if (open?.kind === "leaf") open.text.draw(text);
    else if (open?.kind === "code") open.draft.data = text;
    else if (open !== null) open.inner.draftMore(text);
  }

  close() {
    this.#undraft();
    const open = this.#open;
    if (open?.kind === "leaf") open.text.close();
    else if (open?.kind === "quote" || open?.kind === "list") open.inner.close();
    this.#open = null;
  }

  #undraft() {
    for (const node of this.#draft) node.remove();
    this.#draft = [];
    if (this.#open?.kind === "code") this.#open.draft.data = "";
    else if (this.#open?.kind === "quote" || this.#open?.kind === "list") this.#open.inner.#undraft();
  }

  #redraw() {
    if (this.#open?.kind === "leaf") this.#open.text.draw("");
    else if (this.#open?.kind === "quote" || this.#open?.kind === "list") this.#open.inner.#redraw();
  }

  /**
   * Finds out whether the line belongs to the last block.
   * @param {string} line
   * @returns {{ take: () => void, draft: () => void } | null} null: the line begins a block, or is blank
   */
  #route(line) {
    const open = this.#open;
    switch (open?.kind) {
      case "code":
        return {
          take: () => {
            if (isFenceEnd(line, open.fence)) this.#open = null;
            else addLine(open, `${line}\n`);
          },
          draft: () => {
            if (!isFenceEnd(line, open.fence)) open.draft.data = line;
          },
        };
      case "quote":
        if (!QUOTE.test(line)) return open.inner.isLazy && isPlain(line) ? into(open.inner, line) : null;
        return into(open.inner, line.replace(QUOTE, ""));
      case "list":
        return this.#routeToList(open, line);
      case "leaf":
        if (open.isHeading || open.text.isFull || !(isPlain(line) || this.#isFull)) return null;
        return { take: () => open.text.append(`\n${line}`), draft: () => open.text.draw(`\n${line}`) };
      default:
        return null;
    }
  }

  /**
   * @param {List} list
   * @param {string} line
   */
  #routeToList(list, line) {
    const indent = line.length - line.trimStart().length;
    if (line.trim() === "") {
      return {
        take: () => {
          list.isBlank = true;
          list.inner.take("");
        },
        draft: () => {},
      };
    }
    if (indent >= Math.min(list.indent, LEAST_INDENT)) {
      return into(list.inner, line.slice(Math.min(indent, list.indent)));
    }
    const item = RULE.test(line) ? null : ITEM.exec(line);
    const hasRoom = list.element.childElementCount < MOST_ITEMS;
    if (item !== null && hasRoom && tagOf(item) === list.element.localName) {
      return {
        take: () => {
          list.inner.close();
          const element = list.element.appendChild(document.createElement("li"));
          list.inner = new Blocks(element, this.#depth + 1);
          list.indent = item[0].length;
          list.isBlank = false;
          list.inner.take(line.slice(item[0].length));
        },
        draft: () => {
          list.inner.#redraw();
          const element = list.element.appendChild(document.createElement("li"));
          this.#draft = [element];
          new Blocks(element, this.#depth + 1).draft(line.slice(item[0].length));
        },
      };
    }
    return item === null && !list.isBlank && list.inner.isLazy && isPlain(line) ? into(list.inner, line) : null;
  }

  /** @param {string} text */
  #continue(text) {
    this.close();
    this.#beginLeaf("p", text);
  }

  /** @param {string} line */
  #begin(line) {
    this.close();
    if (line.trim() === "") return;
    const heading = HEADING.exec(line);
    const fence = FENCE.exec(line);
    const item = ITEM.exec(line);
    const isDeep = this.#depth >= DEEPEST;
    if (this.#isFull) this.#beginLeaf("p", line);
    else if (fence !== null) this.#beginCode(fence[1]);
    else if (heading !== null) this.#beginLeaf(heading[1].length > 2 ? "h4" : "h3", heading[2]);
    else if (RULE.test(line)) this.#add("hr");
    else if (QUOTE.test(line) && !isDeep) this.#beginQuote(line.replace(QUOTE, ""));
    else if (item !== null && !isDeep) this.#beginList(item, line.slice(item[0].length));
    else this.#beginLeaf("p", line.trimStart());
  }

  /**
   * @param {string} tag
   * @returns {HTMLElement}
   */
  #add(tag) {
    return this.#parent.appendChild(document.createElement(tag));
  }

  /**
   * @param {"p" | "h3" | "h4"} tag
   * @param {string} content
   */
  #beginLeaf(tag, content) {
    const element = this.#add(tag);
    element.dir = "auto";
    const text = new InlineText(element);
    text.append(content);
    this.#open = { kind: "leaf", text, isHeading: tag !== "p" };
  }

  /** @param {string} fence */
  #beginCode(fence) {
    const block = this.#add("pre");
    block.tabIndex = 0;
    const element = block.appendChild(document.createElement("code"));
    this.#open = { kind: "code", fence, element, ...addPart(element) };
  }

  /** @param {string} content */
  #beginQuote(content) {
    const inner = new Blocks(this.#add("blockquote"), this.#depth + 1);
    this.#open = { kind: "quote", inner };
    inner.take(content);
  }

  /**
   * @param {RegExpExecArray} item
   * @param {string} content
   */
  #beginList(item, content) {
    const element = this.#add(tagOf(item));
    if (element instanceof HTMLOListElement) element.start = Number.parseInt(item[2], 10);
    const inner = new Blocks(element.appendChild(document.createElement("li")), this.#depth + 1);
    this.#open = { kind: "list", element, inner, indent: item[0].length, isBlank: false };
    inner.take(content);
  }
}

/**
 * Adds a part to a block of code: a browser lays out a part again as a whole when it grows.
 * @param {HTMLElement} element
 */
function addPart(element) {
  const [text, draft] = [new Text(""), new Text("")];
  element.appendChild(document.createElement("span")).append(text, draft);
  return { text, draft };
}

/**
 * @param {Code} code
 * @param {string} line
 */
function addLine(code, line) {
  if (code.text.length > LONGEST) Object.assign(code, addPart(code.element));
  code.text.appendData(line);
}

/**
 * @param {Blocks} blocks
 * @param {string} line
 */
const into = (blocks, line) => ({ take: () => blocks.take(line), draft: () => blocks.draft(line) });

/** @param {RegExpExecArray} item */
const tagOf = (item) => (/\d/.test(item[2]) ? "ol" : "ul");

/**
 * @param {string} line
 * @param {string} fence
 */
const isFenceEnd = (line, fence) => {
  const trimmed = line.trim();
  return trimmed.length >= fence.length && trimmed === fence[0].repeat(trimmed.length);
};

/**
 * Whether the line is text, which continues a paragraph.
 * @param {string} line
 */
const isPlain = (line) =>
  line.trim() !== "" && ![FENCE, HEADING, RULE, ITEM, QUOTE].some((pattern) => pattern.test(line));

/**
 * Whether the unfinished line may become a list, a heading or a rule, so that its characters must not be shown yet.
 * @param {string} line
 */
const isUndecided = (line) => /^\s*([-*_+>]{1,2}|#{1,6}|\d{1,9}[.)]?|`{1,2}|~{1,2}) ?$/.test(line);
