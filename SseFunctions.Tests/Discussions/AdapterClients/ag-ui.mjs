// @ts-check
// Watches a discussion with AG-UI's own client, and prints the messages that the client has at the end.
import { HttpAgent } from "@ag-ui/client";
import { cutOnce, fulfill, options, print } from "./program.mjs";

const { fetch, isCut } = cutOnce(options.cutAt);
const agent = new HttpAgent({ url: `${options.api}/${options.id}/ag-ui`, threadId: "thread", fetch });
const ends = [];
const errors = [];
const started = [];
const subscriber = {
  onRunStartedEvent: ({ event }) => void started.push(event),
  onMessagesChanged: ({ messages }) => {
    if (options.cutAt && !isCut()) return;
    if (JSON.stringify(messages).includes(options.signalAt)) fulfill();
  },
  onRunFinishedEvent: ({ outcome }) => void ends.push(outcome),
  onRunErrorEvent: ({ event }) => void errors.push({ message: event.message, code: event.code }),
};

// When a connection breaks, HttpAgent 1.0.0 also rejects a promise that nobody can handle. A browser only logs that.
process.on("unhandledRejection", (error) => {
  if (!isCut()) throw error;
});

// The client does not come back by itself. A run that has not said how it ended has been cut or renewed.
for (let run = 1; ends.length + errors.length === 0; run++) {
  try {
    await agent.runAgent({ runId: `run-${run}` }, subscriber);
  } catch (error) {
    if (!isCut()) throw error;
  }
}

print({ messages: agent.messages, started, ends, errors });
