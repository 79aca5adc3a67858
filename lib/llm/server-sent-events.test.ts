import fc from "fast-check";
import { expect, test } from "vitest";
import { serverSentEvents } from "./server-sent-events.ts";

async function read(pieces: readonly Uint8Array[]): Promise<string[]> {
  const events: string[] = [];
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* pieces;
    await Promise.resolve();
  }
  for await (const event of serverSentEvents(body())) events.push(event);
  return events;
}

test("events are the same wherever the bytes are cut", async () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, ""));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(line, { minLength: 1, maxLength: 3 })),
      fc.array(fc.nat(200)),
      async (events, cuts) => {
        const text = events
          .map((lines) => lines.map((data) => `data: ${data}\n`).join("") + "\n")
          .join(": a comment\n");
        const bytes = Buffer.from(text);
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        expect(await read(pieces)).toEqual(events.map((lines) => lines.join("\n")));
      },
    ),
  );
});

test("other fields are left out, carriage returns and a missing last line are borne", async () => {
  const text = 'event: x\r\nid: 1\r\ndata:{"a":1}\r\n\r\nretry: 5\n\ndata: last';
  expect(await read([Buffer.from(text)])).toEqual(['{"a":1}', "last"]);
});
