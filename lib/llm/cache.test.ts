import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../base/index.ts";
import { finished, folderStore, scriptedModel, withCache, type ChatMessage, type ChatOptions } from "./index.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-cache-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const ask: ChatMessage[] = [{ role: "user", content: "hello" }];

test("a request is asked once; another model, message, option or order of properties is another request", async () => {
  let calls = 0;
  const model = scriptedModel("counter", () => `answer ${calls++}`);
  const cached = withCache(model, folderStore(folder));
  const say = async (options?: ChatOptions, messages = ask): Promise<string> =>
    (await cached.chat(messages, options)).text;
  expect(await say()).toBe("answer 0");
  expect(await say({})).toBe("answer 0");
  expect(await say({ signal: new AbortController().signal })).toBe("answer 0");
  expect((await finished(cached.stream(ask))).text).toBe("answer 0");
  expect(await say({ seed: 1 })).toBe("answer 1");
  expect(await say({}, [{ role: "user", content: "hello!" }])).toBe("answer 2");
  const [ab, ba] = [["a", "b"], ["b", "a"]].map((names) => ({ properties: Object.fromEntries(names.map((name) => [name, {}])) })); // prettier-ignore
  expect(await say({ schema: ab })).toBe("answer 3");
  expect(await say({ schema: ba })).toBe("answer 4");
  const other = withCache({ ...model, identity: { url: "elsewhere" } }, folderStore(folder));
  expect((await other.chat(ask)).text).toBe("answer 5");
  expect(calls).toBe(6);
});

test("replay makes no call, and says what is missing", async () => {
  const never = scriptedModel("counter", () => {
    throw new Error("called");
  });
  const replayed = withCache(never, folderStore(folder), { replay: true });
  expect((await replayed.chat(ask)).text).toBe("answer 0");
  const unknown = replayed.chat([{ role: "user", content: "new" }]);
  await expect(unknown).rejects.toThrow(UserError);
  await expect(replayed.chat([{ role: "user", content: "new" }])).rejects.toThrow(
    /scripted counter was never asked this: "new"/,
  );
});

test("a broken entry is named, and an error is not kept", async () => {
  let calls = 0;
  const failing = scriptedModel("failing", () => {
    if (calls++ === 0) throw new Error("once");
    return "yes";
  });
  const memory = new Map<string, string>();
  const store = { read: (key: string) => memory.get(key) ?? null, write: (key: string, text: string) => void memory.set(key, text) }; // prettier-ignore
  const cached = withCache(failing, store);
  await expect(cached.chat(ask)).rejects.toThrow("once");
  expect((await cached.chat(ask)).text).toBe("yes");
  const [key] = memory.keys();
  memory.set(key, "{half");
  await expect(cached.chat(ask)).rejects.toThrow(`cache entry ${key}`);
});
