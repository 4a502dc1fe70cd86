// @ts-check

const SHOWN_FOR = 1_600;

/**
 * Makes a button copy a text, and say so. Without a clipboard (a page from http on another machine), a field with the
 * text is shown to copy from.
 * @param {HTMLButtonElement} button
 * @param {() => string} read
 */
export function copies(button, read) {
  const label = button.textContent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function restore() {
    button.textContent = label;
    delete button.dataset.copied;
  }

  async function copy() {
    const text = read();
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      button.dataset.copied = "";
    } catch {
      offer(button, text);
    }
    clearTimeout(timer);
    timer = setTimeout(restore, SHOWN_FOR);
  }

  button.addEventListener("click", copy);
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
function offer(button, text) {
  const field = document.createElement("textarea");
  field.className = "copy-field";
  field.value = text;
  field.readOnly = true;
  field.rows = 3;
  field.setAttribute("aria-label", "Copy this text");
  field.addEventListener("blur", () => field.remove());
  button.parentElement?.after(field);
  field.select();
}
