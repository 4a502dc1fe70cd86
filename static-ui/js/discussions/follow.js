// @ts-check

// px. Whoever is this close to the newest words reads them.
const NEAR = 96;
// px between the newest words and the lower edge of the window.
const MARGIN = 28;

/** Keeps the newest words on the screen while the reader is there. */
export class Follow {
  #end;
  #button;
  #isAtEnd = true;
  #isWanted = false;
  #isOwnScroll = false;
  #scrolledTo = 0;
  #height = 0;

  /**
   * @param {HTMLElement} end the element after the newest words
   * @param {HTMLButtonElement} button scrolls to the end; shown while the reader is elsewhere and words arrive
   */
  constructor(end, button) {
    this.#end = end;
    this.#button = button;
    addEventListener("scroll", this.#look, { passive: true });
    addEventListener("resize", this.#look, { passive: true });
    button.addEventListener("click", this.#jump);
  }

  /** @param {boolean} isWanted whether words arrive */
  set isWanted(isWanted) {
    this.#isWanted = isWanted;
    this.#show();
  }

  /** Begins at the top of a page that has just been opened. */
  start() {
    this.#isAtEnd = true;
    this.isWanted = false;
    scrollTo({ top: 0, behavior: "instant" });
    this.#remember();
  }

  /** Scrolls to the newest words, if the reader was there before they came. */
  keep() {
    if (!this.#isWanted || !this.#isAtEnd) return;
    const missing = this.#missing();
    if (missing > 0 && this.#hasMovedUp()) {
      this.#isAtEnd = false;
      this.#show();
    } else if (missing > 0) {
      const before = scrollY;
      scrollBy({ top: missing, behavior: "instant" });
      // The scroll event that follows is not the reader's. To look at the page then would cost a layout.
      this.#isOwnScroll = scrollY !== before;
    }
    this.#remember();
  }

  /** The px by which the page must scroll down. */
  #missing() {
    return this.#end.getBoundingClientRect().top + MARGIN - innerHeight;
  }

  // A page that shrinks moves up too.
  #hasMovedUp() {
    return scrollY < this.#scrolledTo && document.documentElement.scrollHeight >= this.#height;
  }

  #remember() {
    this.#scrolledTo = scrollY;
    this.#height = document.documentElement.scrollHeight;
  }

  #jump = () => {
    this.#isAtEnd = true;
    this.#remember();
    this.keep();
    // The button is hidden now.
    if (document.activeElement === this.#button) this.#end.focus({ preventScroll: true });
    this.#show();
  };

  #look = () => {
    if (this.#isOwnScroll) {
      this.#isOwnScroll = false;
      return;
    }
    const missing = this.#missing();
    // The newest words may be on the screen even after the reader has moved up.
    if (missing <= 0) this.#isAtEnd = true;
    else if (this.#hasMovedUp()) this.#isAtEnd = false;
    else if (missing <= NEAR) this.#isAtEnd = true;
    this.#remember();
    this.#show();
  };

  #show() {
    const isHidden = this.#isAtEnd || !this.#isWanted;
    if (this.#button.hidden !== isHidden) this.#button.hidden = isHidden;
    // While the page follows the words, the browser must not move it for its own reasons.
    document.documentElement.style.overflowAnchor = this.#isAtEnd && this.#isWanted ? "none" : "";
  }
}
