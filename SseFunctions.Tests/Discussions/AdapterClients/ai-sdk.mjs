// @ts-check
// Watches a discussion with the AI SDK's own chat, as a page with useChat does, and prints what the chat has at the end.
import { AbstractChat, DefaultChatTransport } from "ai";
import { cutOnce, fulfill, options, print } from "./program.mjs";

/** The state of a chat that no page shows. */
class State {
  status = "ready";
  error = undefined;
  messages = [];

  pushMessage(message) {
    this.messages = [...this.messages, message];
  }

  popMessage() {
    this.messages = this.messages.slice(0, -1);
  }

  replaceMessage(index, message) {
    this.messages = this.messages.with(index, this.snapshot(message));
    shown(this.messages);
  }

  snapshot(value) {
    return structuredClone(value);
  }
}

class Chat extends AbstractChat {}

/** Tells the test as soon as the chat shows the words that the test waits for, on the last connection. */
function shown(messages) {
  if (options.cutAt && !isCut()) return;
  if (JSON.stringify(messages).includes(options.signalAt)) fulfill();
}

/** The turns of a message: what its data parts and its text parts say. */
function turnsOf(message) {
  const turns = [];
  for (const part of message?.parts ?? []) {
    if (part.type === "data-turn") turns.push({ ...part.data, id: part.id, text: "" });
    if (part.type === "text") turns.at(-1).text += part.text;
  }
  return turns;
}

const { fetch, isCut } = cutOnce(options.cutAt);
const ends = [];
const errors = [];
const state = new State();
const chat = new Chat({
  id: options.id,
  state,
  transport: new DefaultChatTransport({
    api: options.api,
    fetch,
    prepareReconnectToStreamRequest: options.replay
      ? ({ api, id }) => ({ api: `${api}/${id}/stream?ended=replay` })
      : undefined,
  }),
  onFinish: ({ isAbort, isDisconnect, isError, finishReason }) =>
    ends.push({ isAbort, isDisconnect, isError, finishReason }),
  onError: (error) => errors.push(error.message),
});

// The chat does not come back by itself. A stream that has not said how the discussion ended has been cut or renewed.
let count;
do {
  count = ends.length;
  await chat.resumeStream();
} while (ends.length > count && isOpen(ends.at(-1)));

function isOpen({ finishReason, isAbort, isError, isDisconnect }) {
  return isDisconnect || !(finishReason || isAbort || isError);
}

print({
  status: chat.status,
  messages: chat.messages.map((message) => ({ id: message.id, role: message.role })),
  turns: turnsOf(chat.messages.at(-1)),
  ends,
  errors,
});
