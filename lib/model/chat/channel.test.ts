import { expect, test } from "vitest";
import { Channel } from "./channel.ts";

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test("what is put in comes out in order, and the result last", async () => {
  const channel = new Channel<number, string>(async (put) => {
    put(1);
    put(2);
    await pause();
    put(3);
    return "end";
  });
  const seen: unknown[] = [];
  for (let step = await channel.next(); ; step = await channel.next()) {
    seen.push(step.value);
    if (step.done) break;
  }
  expect(seen).toEqual([1, 2, 3, "end"]);
});

test("work begins with the first request, and its error comes after what it has put in", async () => {
  let begun = false;
  const channel = new Channel<number, void>(async (put) => {
    begun = true;
    put(1);
    await pause();
    throw new Error("broken");
  });
  await pause();
  expect(begun).toBe(false);
  expect((await channel.next()).value).toBe(1);
  await expect(channel.next()).rejects.toThrow("broken");
});

test("whoever leaves the loop aborts the work, and so does a signal from outside", async () => {
  const endless = (signals: AbortSignal[], outside?: AbortSignal): Channel<number, void> =>
    new Channel<number, void>(async (put, signal) => {
      signals.push(signal);
      put(1);
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    }, outside);
  const signals: AbortSignal[] = [];
  for await (const _ of endless(signals)) break;
  expect(signals[0].aborted).toBe(true);
  const controller = new AbortController();
  const channel = endless(signals, controller.signal);
  await channel.next();
  controller.abort();
  await expect(channel.next()).rejects.toThrow("aborted");
});
