import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  Budget,
  folderStore,
  openAiChatModel,
  openAiCompletionsModel,
  withBudget,
  withCache,
  withRetry,
  type ChatModel,
} from "../../llm/index.ts";
import { chatSelector } from "../../knowledge/index.ts";
import { parseTrajectory } from "../../trajectory/index.ts";
import { householdProfile } from "./household-profile.ts";
import { KnowSelfAgent, type KnowSelfOptions } from "./knowself-agent.ts";
import { knowSelfPromptFormat } from "./knowself-prompt-format.ts";
import { playChatEpisode } from "./play-chat-episode.ts";
import { MUG_PLAN, mugRoom } from "./test-games.ts";
import { recordingServer, type RecordedCall, type RecordingServer } from "./test-openai-server.ts";
import { UsageMeter } from "./usage-meter.ts";

const servers: RecordingServer[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

const started = async (...given: Parameters<typeof recordingServer>): Promise<RecordingServer> => {
  const server = await recordingServer(...given);
  servers.push(server);
  return server;
};

/** What the agent has already said in a request. */
const said = ({ body }: RecordedCall): string[] =>
  (body.messages ?? []).filter(({ role }) => role === "assistant").map(({ content }) => content);

/**
 * A trained agent: asks before its first and its third action, and reconsiders the second. A prefix of knowledge makes it
 * go on without asking.
 */
function trained(call: RecordedCall): string {
  const [, ...turns] = said(call);
  const isAnswered = turns.at(-1)?.endsWith("</knowledge>\n") === true;
  const step = turns.length - (isAnswered ? 1 : 0);
  const plain = `Thought: step ${step}\nAction: ${MUG_PLAN[step]}`;
  if (step === 1)
    return `Thought: step 1\nAction: look\n[Reflection]<reflection>Wait, let's check the action. It is here.</reflection>\nAction: ${MUG_PLAN[1]}`;
  if ((step === 0 || step === 2) && !isAnswered) return `[Knowledge]<knowledge>made up</knowledge>\nAction: look`;
  return plain;
}

/** The knowledge that a chat model selects. */
function selector(model: ChatModel): KnowSelfOptions["ask"] {
  const select = chatSelector(model, { domain: "household" });
  const rules = [{ id: "rule_0", rule: "When holding, go.", type: "Success Process" as const }];
  return async (goal, turns) => (await select({ goal, turns, rules }))?.rule ?? "";
}

/** The household's episode through a real server and OpenAI's client, with costs and a cache. */
async function online(folder: string, agentUrl: string, selectorUrl: string, replay = false) {
  const budget = new Budget({ money: 1 });
  const prices = { prompt: 1, completion: 10 };
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const meter = new UsageMeter();
  const served = (url: string, model: string): ChatModel => {
    const paid = withBudget(openAiChatModel({ url, model, apiKey: "k" }), budget, prices);
    return meter.count(withCache(withRetry(paid, { attempts: 6, clock }), folderStore(folder), { replay }));
  };
  const agent = new KnowSelfAgent({
    model: served(agentUrl, "agent"),
    profile: householdProfile(),
    ask: selector(served(selectorUrl, "selector")),
    taskKnowledge: (type) => `About ${type}:\nTake, then put.`,
  });
  const trajectory = await playChatEpisode(mugRoom(), agent, { stepLimit: 40, seed: 0, meter });
  return { trajectory, spent: budget.spent };
}

describe("KnowSelf's inference against a server", () => {
  it("makes exactly the reference's calls, counts what they cost, and replays without one", async () => {
    const agentServer = await started(trained);
    let failures = 5;
    const selectorServer = await started(() =>
      failures-- > 0 ? 503 : "[Analysis]: it holds the mug.\n[Chosen Rule]: rule_0: When holding, go.",
    );
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "knowself-"));
    folders.push(folder);
    const { trajectory, spent } = await online(folder, agentServer.url, selectorServer.url);

    expect(parseTrajectory(trajectory)).toEqual(trajectory);
    expect(trajectory).toMatchObject({ agent: "knowself", success: true, steps: 4, invalid: 0, reward: 1 });
    const turns = trajectory.turns.filter(({ role }) => role === "assistant");
    expect(turns.map(({ situation, knowledge, action }) => [situation, knowledge, action])).toEqual([
      ["knowledgeable", "About pick_and_place_simple:\nTake, then put.", MUG_PLAN[0]],
      ["slow", undefined, MUG_PLAN[1]],
      ["knowledgeable", "When holding, go.", MUG_PLAN[2]],
      ["fast", undefined, MUG_PLAN[3]],
    ]);
    expect(turns[1].reconsidered).toEqual({ action: "look", reflection: "It is here." });
    expect(turns[2].content).toBe(
      `[Knowledge]<knowledge>When holding, go.</knowledge>\nThought: step 2\nAction: ${MUG_PLAN[2]}`,
    );

    // Four turns, two of them asked twice; the first knowledge comes from the table by task type.
    expect(agentServer.calls).toHaveLength(6);
    for (const { path: at, body } of agentServer.calls) {
      expect(at).toBe("/v1/chat/completions");
      const { model, messages, ...options } = body;
      expect(model).toBe("agent");
      expect(options).toEqual({ temperature: 0, max_tokens: 1024, stop: ["\n[Knowledge]"] });
      expect(messages!.slice(0, 2).map(({ role }) => role)).toEqual(["user", "assistant"]);
      expect(messages![1].content).toBe("OK");
      messages!.slice(2).forEach(({ role }, i) => expect(role).toBe(i % 2 === 0 ? "user" : "assistant"));
    }
    expect(agentServer.calls.map(({ body }) => body.messages!.at(-1)!.role)).toEqual([
      ...["user", "assistant", "user", "user", "assistant", "user"],
    ]);
    const [, , first, , second] = agentServer.calls[2].body.messages!;
    expect(first.content).toBe(
      "You are in the middle of a room. Looking quickly around you, you see a desk 1, and a shelf 1.\n\n" +
        "Your task is to: put a mug in desk.",
    );
    expect(second.content).toBe("Observation: On the shelf 1, you see a mug 1.");

    // One selector call, which fails five times before it is answered.
    expect(selectorServer.calls).toHaveLength(6);
    for (const { body } of selectorServer.calls) {
      const { messages, ...options } = body;
      expect(options).toEqual({ model: "selector", temperature: 0, max_tokens: 1024 });
      expect(messages!.map(({ role }) => role)).toEqual(["system", "user"]);
      expect(messages![1].content).toContain("You pick up the mug 1 from the shelf 1.");
    }

    const requests = 6 + 1;
    expect(trajectory.extra?.usage).toEqual({
      requests,
      promptTokens: 100 * requests,
      completionTokens: 10 * requests,
    });
    const money = expect.closeTo((200 * requests) / 1e6) as number;
    expect(spent).toEqual({ requests: requests + 5, tokens: 110 * requests, money });

    const again = await online(folder, agentServer.url, selectorServer.url, true);
    expect(again.trajectory).toEqual(trajectory);
    expect(again.spent).toEqual({ requests: 0, tokens: 0, money: 0 });
    expect([agentServer.calls.length, selectorServer.calls.length]).toEqual([6, 6]);
  });

  it("gives up after the sixth failure of the selector", async () => {
    const agentServer = await started(trained);
    const selectorServer = await started(() => 500);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "knowself-"));
    folders.push(folder);
    await expect(online(folder, agentServer.url, selectorServer.url)).rejects.toThrow("500");
    expect(selectorServer.calls).toHaveLength(6);
  });

  it("goes on from the prefix where a server continues text", async () => {
    const server = await started(({ body }) =>
      body.prompt!.endsWith("</knowledge>\n") ? "Thought: so\nAction: look" : "[Knowledge]",
    );
    const format = knowSelfPromptFormat("qwen");
    const model = openAiCompletionsModel({ url: server.url, model: "qwen", format });
    const agent = new KnowSelfAgent({ model, profile: householdProfile(), ask: () => Promise.resolve("Look.") });
    const { turns } = await playChatEpisode(mugRoom(), agent, { stepLimit: 1, seed: 0 });
    const [first, second] = server.calls.map(({ body }) => body.prompt!);
    expect(first.endsWith("Your task is to: put a mug in desk.<|im_end|>\n<|im_start|>assistant\n")).toBe(true);
    expect(second).toBe(`${first}[Knowledge]<knowledge>Look.</knowledge>\n`);
    expect(server.calls[1].body).toMatchObject({
      stop: ["\n[Knowledge]", "<|im_end|>"],
      temperature: 0,
      max_tokens: 1024,
    });
    expect(turns[1].content).toBe("[Knowledge]<knowledge>Look.</knowledge>\nThought: so\nAction: look");
  });
});
