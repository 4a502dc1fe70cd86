// @ts-check
// What both programs of this folder need.
import { writeFileSync } from "node:fs";

/** What the test wants, as JSON in the first argument. */
export const options = JSON.parse(process.argv[2]);

/** Prints the result, in the last line of the output. */
export function print(result) {
  console.log(`\nRESULT ${JSON.stringify(result)}`);
  // A connection that is still open must not keep the program alive.
  process.exit(0);
}

/** Creates the file that the test waits for. */
export function fulfill() {
  if (options.signal) writeFileSync(options.signal, "");
}

/**
 * Returns a fetch whose first response breaks, as when a network fails, after it has delivered certain words.
 * @param {string | undefined} words
 */
export function cutOnce(words) {
  let isCut = false;
  return {
    isCut: () => isCut,
    fetch: async (url, init) => {
      const response = await globalThis.fetch(url, init);
      if (!words || isCut || !response.body) return response;
      const decoder = new TextDecoder();
      let text = "";
      let isDue = false;
      const body = response.body.pipeThrough(
        new TransformStream({
          transform(chunk, controller) {
            controller.enqueue(chunk);
            text += decoder.decode(chunk, { stream: true });
            if (isDue || !text.includes(words)) return;
            isDue = true;
            // After the chunk has been read. The message is the one of Chromium.
            setTimeout(() => {
              isCut = true;
              controller.error(new TypeError("network error"));
            }, 50);
          },
        }),
      );
      return new Response(body, { status: response.status, headers: response.headers });
    },
  };
}
