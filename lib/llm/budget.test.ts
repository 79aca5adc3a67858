import { expect, test } from "vitest";
import { UserError } from "../base/index.ts";
import { Budget, completionOf, finished, scriptedModel, withBudget, type ChatModel, type Usage } from "./index.ts";

const model = (usage?: Usage): ChatModel => {
  const chat = (): ReturnType<ChatModel["chat"]> =>
    Promise.resolve(completionOf("m", [{ text: "yes", toolCalls: [], end: "stop" }], usage));
  return { ...scriptedModel("m", () => "yes"), chat };
};

test("requests: the one beyond is not made; models share a budget", async () => {
  const budget = new Budget({ requests: 2 });
  await withBudget(
    scriptedModel("a", () => "yes"),
    budget,
  ).chat([]);
  await finished(
    withBudget(
      scriptedModel("b", () => "yes"),
      budget,
    ).stream([]),
  );
  const third = withBudget(
    scriptedModel("c", () => "yes"),
    budget,
  ).chat([]);
  await expect(third).rejects.toThrow("the budget of 2 requests is spent (2); scripted c was not asked");
});

test("tokens and money are counted from what the server says", async () => {
  const usage = { promptTokens: 900, completionTokens: 100 };
  const budget = new Budget({ tokens: 1500, money: 1 });
  const limited = withBudget(model(usage), budget, { prompt: 2, completion: 10 });
  await limited.chat([]);
  await limited.chat([]);
  expect(budget.spent).toEqual({ requests: 2, tokens: 2000, money: (2 * (900 * 2 + 100 * 10)) / 1e6 });
  await expect(limited.chat([])).rejects.toThrow("the budget of 1500 tokens is spent (2000)");
});

test("a budget goes on with what was spent before", async () => {
  const budget = new Budget({ requests: 2 }, { requests: 1, tokens: 7, money: 0.5 });
  await withBudget(model(), budget).chat([]);
  expect(budget.spent).toEqual({ requests: 2, tokens: 7, money: 0.5 });
  await expect(withBudget(model(), budget).chat([])).rejects.toThrow("the budget of 2 requests is spent (2)");
});

test("what cannot be kept is refused", async () => {
  expect(() => new Budget({ tokens: -1 })).toThrow(UserError);
  expect(() => withBudget(model(), new Budget({ money: 1 }))).toThrow("needs the prices");
  await expect(withBudget(model(), new Budget({ tokens: 1 })).chat([])).rejects.toThrow("does not say how many tokens");
  await expect(withBudget(model(), new Budget({ requests: 1 })).chat([])).resolves.toMatchObject({ text: "yes" });
});
