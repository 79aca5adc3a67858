import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { completionOf, ModelError, scriptedModel } from "../../llm/index.ts";
import { loadRecipe } from "../recipe.ts";
import { runOf, type Run } from "../run.ts";
import { CostMeter, explained, openRoles } from "./models.ts";
import { profileOf } from "./sets.ts";
import { chatServer } from "./test-chat-server.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "chat-models-"));
const before = { ...process.env };
beforeEach(() => void (process.env["WAYMARK_RUNS"] = folder));
afterEach(() => void (process.env = { ...before }));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function recipe(chat: object): string {
  const file = path.join(folder, "recipe.yaml");
  fs.writeFileSync(
    file,
    JSON.stringify({ name: "models", title: "Models", extends: "knowself-chat", settings: { chat } }),
  );
  return file;
}
const open = (chat: object): Run => runOf(loadRecipe(recipe(chat)), undefined, 0);

it("says what to set where a model has no address, or where its key is missing", () => {
  expect(() => open({ model: "gpt" })).toThrow(
    /chat\.baseUrl: the model "gpt" needs the address .* "model: scripted" needs none/,
  );
  expect(() => open({ model: "gpt", baseUrl: "ftp://x" })).toThrow("chat.baseUrl");
  expect(() => open({ selector: { model: "other" } })).toThrow('chat.selector.baseUrl: the model "other"');
  expect(() => open({ keyVariable: "sk-123" })).toThrow("never the key itself");
  const run = open({ model: "gpt", baseUrl: "http://127.0.0.1:9/v1", keyVariable: "CHAT_NO_SUCH_KEY" });
  expect(() => openRoles(run)).toThrow("CHAT_NO_SUCH_KEY, which is not set");
  expect(() => openRoles(open({ model: "gpt", baseUrl: "http://127.0.0.1:9/v1", budget: { money: 1 } }))).toThrow(
    "prices",
  );
});

it("the recipe for language models needs two lines", () => {
  const { chat } = runOf(loadRecipe("knowself-openai"), undefined, 0).settings;
  expect(chat).toMatchObject({
    model: "gpt-4o-mini",
    baseUrl: "https://api.openai.com/v1",
    keyVariable: "OPENAI_API_KEY",
  });
});

it("a model trained with the tokens has prompts of its own, and a student of ours is told nothing beside the texts", () => {
  const url = "http://127.0.0.1:9/v1";
  const trained = openRoles(open({ trained: { model: "t", baseUrl: url, format: "qwen" } }));
  expect(trained.trained.model.identity).toEqual({
    kind: "openai-completions",
    url,
    model: "t",
    format: "knowself-qwen",
  });
  expect(trained.player.model.name).toBe("scripted player");
  const student = { model: "s", baseUrl: url, prompt: "bare" };
  expect(() => open(student)).toThrow("chat.agents: with bare prompts only react, knowself");
  expect(profileOf(open({ ...student, agents: ["react"] }), "household")).toMatchObject({
    instruction: "",
    examples: [],
  });
});

it("a budget holds over all sittings, and answers from the cache are free", async () => {
  const server = await chatServer(scriptedModel("yes", () => "yes"));
  const settings = { model: "m", baseUrl: server.url, budget: { requests: 2 } };
  const ask = (text: string) => openRoles(open(settings)).player.model.chat([{ role: "user", content: text }]);
  await ask("a");
  await ask("b");
  await ask("a");
  await expect(ask("c")).rejects.toThrow("the budget of 2 requests is spent (2)");
  expect(server.calls).toHaveLength(2);
  server.close();
});

it("a cost is known where all prices are", async () => {
  const usage = { promptTokens: 1000, completionTokens: 100 };
  const answer = completionOf("m", [{ text: "x", toolCalls: [], end: "stop" }], usage);
  const model = { ...scriptedModel("m", () => "x"), chat: () => Promise.resolve(answer) };
  const meter = new CostMeter();
  await meter.count({ model, prices: { prompt: 2, completion: 10 } }).chat([]);
  expect(meter.money).toBeCloseTo(0.003, 12);
  await meter.count({ model, prices: undefined }).chat([]);
  expect(meter.money).toBeNull();
});

it("tells of a model that does not answer in a sentence", async () => {
  const failing = explained(new AbortController().signal, () =>
    Promise.reject(new ModelError("authentication", "m at u: 401")),
  );
  await expect(failing).rejects.toThrow(/401\nLook at chat\.keyVariable .* goes on from there/);
});
