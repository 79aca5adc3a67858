import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Budget, openAiChatModel, withBudget, withCache, withRetry, type ChatModel } from "../llm/index.ts";
import type { StepPair } from "../trajectory/index.ts";
import { buildRules, chatRuleWriter, chatSelector, type RuleBase } from "./index.ts";

interface Body {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | null;
    readonly tool_call_id?: string;
  }[];
  readonly temperature: number;
  readonly max_tokens: number;
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

let server: http.Server;
let url: string;
let bodies: Body[];
let refusals: number;

/** Says what a model would: to the builder a rule for the pair, to the merger a merger, to the selector a rule. */
function answerTo({ messages, tools }: Body): unknown {
  const call = (id: string, name: string, given: unknown) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(given) },
  });
  const said = messages[1].content!;
  if (!tools) return { role: "assistant", content: "[Analysis]: x\n[Chosen Rule]: rule_0" };
  if (tools.length === 3) {
    return {
      role: "assistant",
      content: null,
      tool_calls: [call("a", "delete_rule", { rule_id: "rule_1" }), call("b", "update_rule", { rule_id: "rule_0" })],
    };
  }
  const [, task] = /Task "(\d+)"/.exec(said)!;
  if (task === "1" && messages.length === 2)
    return { role: "assistant", content: "State: ...", tool_calls: [call("c", "eval", { code: "1" })] };
  const rule = { rule: `When ${task}, the agent should go on.`, type: "Error" };
  return { role: "assistant", content: "", tool_calls: [call("d", "write_rule", rule)] };
}

beforeEach(async () => {
  [bodies, refusals] = [[], 0];
  server = http.createServer((request, response) => {
    let text = "";
    request.on("data", (piece: Buffer) => (text += piece.toString()));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      if (refusals-- > 0) {
        response.statusCode = 503;
        response.end("{}");
        return;
      }
      const body = JSON.parse(text) as Body;
      bodies.push(body);
      const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
      const choices = [{ index: 0, message: answerTo(body), finish_reason: "stop" }];
      response.end(JSON.stringify({ id: "x", object: "chat.completion", created: 0, model: "served", choices, usage }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const pair = (id: number): StepPair => {
  const messages: StepPair["golden_traj"] = [
    { role: "user", content: "Your task is to: x." },
    { role: "assistant", content: "Action: go to desk 1" },
  ];
  const actions = { golden_action: "go to desk 1", explore_action: "look" };
  return { id, step: 0, ...actions, golden_traj: messages, explore_traj: messages, full_golden_traj: messages };
};

it("over a real connection makes the published calls, counts what they cost, and none in a replay", async () => {
  const store = new Map<string, string>();
  const kept = { read: (key: string) => store.get(key) ?? null, write: (key: string, text: string) => void store.set(key, text) }; // prettier-ignore
  const budget = new Budget({ requests: 20, money: 1 });
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const client = openAiChatModel({ url, model: "m", apiKey: "k" });
  const model = withCache(withBudget(withRetry(client, { clock }), budget, { prompt: 1, completion: 10 }), kept);
  const work = async (asked: ChatModel) => {
    const base = await buildRules({ pairs: [0, 1, 2].map(pair), writer: chatRuleWriter(asked), limit: 2 });
    const turns = [{ role: "user" as const, content: "On the desk 1, you see nothing." }];
    const rule = await chatSelector(asked, { domain: "household" })({ goal: "x", turns, rules: base.rules });
    return [base.rules, rule];
  };
  refusals = 5; // the first call is made six times
  const first = await work(model);
  expect(bodies.map(({ messages, temperature, max_tokens, tools }) => [messages.map(({ role }) => role).join(" "), temperature, max_tokens, tools?.length])).toEqual([
    ["system user", 0, 2000, 4], // pair 0
    ["system user", 0, 2000, 4], // pair 1, an unknown tool
    ["system user assistant tool", 0, 2000, 4], // and its correction
    ["system user", 0, 2000, 4], // pair 2
    ["system user", 0, 2000, 3], // three rules, two may stay
    ["system user", 0, 1024, undefined], // the selector
  ]); // prettier-ignore
  expect(bodies[2].messages[3]).toEqual({
    role: "tool",
    content: 'There is no tool "eval"; the tools are write_rule, update_rule, delete_rule, stop_generating.',
    tool_call_id: "c",
  });
  expect(budget.spent.requests).toBe(6);
  expect(budget.spent.tokens).toBe(6 * 110);
  expect(budget.spent.money).toBeCloseTo((6 * (100 + 100)) / 1e6, 10);
  expect((first[0] as RuleBase["rules"]).map(({ rule }) => rule)).toEqual([
    "When 0, the agent should go on.",
    "When 2, the agent should go on.",
  ]);
  const replayed = await work(withCache(client, kept, { replay: true }));
  expect(replayed).toEqual(first);
  expect(bodies).toHaveLength(6);
});
