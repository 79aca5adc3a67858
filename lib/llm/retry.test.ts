import { expect, test } from "vitest";
import { finished, ModelError, scriptedModel, withRetry, type ChatModel, type ModelErrorKind } from "./index.ts";
import { fakeClock } from "./test-fetch.ts";

/** Fails so often, then answers. */
function failing(times: number, kind: ModelErrorKind, retryAfterMs?: number): ChatModel & { calls: number } {
  const answering = scriptedModel("echo", () => "yes");
  const self = {
    calls: 0,
    name: answering.name,
    identity: answering.identity,
    chat: (...args: Parameters<ChatModel["chat"]>) => {
      if (self.calls++ < times) return Promise.reject(new ModelError(kind, "busy", { retryAfterMs }));
      return answering.chat(...args);
    },
    stream: async function* (...args: Parameters<ChatModel["stream"]>) {
      if (self.calls++ < times) throw new ModelError(kind, "busy", { retryAfterMs });
      return yield* answering.stream(...args);
    },
  };
  return self;
}

test("errors that pass are tried again, with delays that double and jitter under a seed", async () => {
  const [first, second] = [fakeClock(), fakeClock()];
  for (const clock of [first, second])
    expect((await withRetry(failing(4, "overloaded"), { clock, seed: 1 }).chat([])).text).toBe("yes");
  expect(first.slept).toEqual(second.slept);
  expect(first.slept).toHaveLength(4);
  first.slept.forEach((ms, i) => {
    expect(ms).toBeGreaterThanOrEqual(500 * 2 ** i);
    expect(ms).toBeLessThanOrEqual(1000 * 2 ** i);
  });
  const other = fakeClock();
  await withRetry(failing(4, "overloaded"), { clock: other, seed: 2 }).chat([]);
  expect(other.slept).not.toEqual(first.slept);
});

test("Retry-After says how long, up to the longest wait", async () => {
  const clock = fakeClock();
  await withRetry(failing(1, "rate_limit", 7000), { clock }).chat([]);
  await withRetry(failing(1, "rate_limit", 7000), { clock, longestDelayMs: 10 }).chat([]);
  expect(clock.slept).toEqual([7000, 10]);
});

test.each(["authentication", "request", "answer"] as const)("%s errors are not tried again", async (kind) => {
  const model = failing(1, kind);
  await expect(withRetry(model, { clock: fakeClock() }).chat([])).rejects.toThrow("busy");
  expect(model.calls).toBe(1);
});

test("attempts have an end; an aborted call is not tried again", async () => {
  const model = failing(99, "connection");
  await expect(withRetry(model, { clock: fakeClock(), attempts: 3 }).chat([])).rejects.toThrow("busy");
  expect(model.calls).toBe(3);
  const aborted = withRetry(model, { clock: fakeClock() }).chat([], { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toThrow("busy");
  expect(model.calls).toBe(4);
});

test("a stream is tried again before its first piece, and not after", async () => {
  expect((await finished(withRetry(failing(2, "server"), { clock: fakeClock() }).stream([]))).text).toBe("yes");
  let calls = 0;
  const breaking: ChatModel = {
    ...failing(0, "server"),
    stream: async function* () {
      calls++;
      yield await Promise.resolve({ answer: 0, text: "half" });
      throw new ModelError("connection", "lost");
    },
  };
  await expect(finished(withRetry(breaking, { clock: fakeClock() }).stream([]))).rejects.toThrow("lost");
  expect(calls).toBe(1);
});
