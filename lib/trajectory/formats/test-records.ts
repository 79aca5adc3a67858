import fc from "fast-check";
import type { Trajectory, Turn } from "../trajectory.ts";

export const text = fc.string({ unit: "grapheme", maxLength: 30 });
const key = fc.string({ maxLength: 8 }).filter((name) => name !== "__proto__");
export const extra = fc.option(
  fc.dictionary(key, fc.jsonValue() as fc.Arbitrary<unknown>, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  { nil: undefined },
);
/** Values as a JSON file gives them: no undefined, no -0. */
export const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const agent: fc.Arbitrary<Turn> = fc.record({
  role: fc.constant("assistant" as const),
  content: fc.oneof(
    text,
    fc.tuple(text, text).map(([thought, action]) => `Thought: ${thought}\nAction: ${action}`),
  ),
  thought: fc.option(text, { nil: undefined }),
  action: fc.option(text, { nil: undefined }),
  situation: fc.constantFrom(undefined, "fast" as const, "slow" as const, "knowledgeable" as const),
  loss: fc.constantFrom(undefined, true, false),
  extra,
});
const given_ = (role: "user" | "system"): fc.Arbitrary<Turn> =>
  fc.record({ role: fc.constant(role), content: text, extra });
const exchange = fc.tuple(given_("user"), agent);

export const inOrder = fc
  .tuple(
    fc.option(given_("system"), { nil: undefined }),
    fc.array(exchange, { minLength: 1, maxLength: 4 }),
    fc.option(given_("user"), { nil: undefined }),
  )
  .map(([system, pairs, last]): Turn[] => [...(system ? [system] : []), ...pairs.flat(), ...(last ? [last] : [])]);
export const anyOrder = fc.array(fc.oneof(agent, given_("user"), given_("system")), { minLength: 1, maxLength: 5 });
export const noSystem = fc.array(fc.oneof(agent, given_("user")), { minLength: 1, maxLength: 5 });
export const single = exchange.map((turns): Turn[] => turns);

export const trajectoryOf = (turns: fc.Arbitrary<Turn[]>): fc.Arbitrary<Trajectory> =>
  fc
    .record({
      id: text,
      environment: text,
      task: fc.record({ id: text, type: text, source: text, split: text, goal: text }),
      agent: text,
      seed: fc.oneof(fc.integer(), text),
      turns,
      reward: fc.double({ noNaN: true, noDefaultInfinity: true }),
      success: fc.boolean(),
      steps: fc.nat(),
      invalid: fc.nat(),
      stop: fc.constantFrom("success" as const, "step_limit" as const, "error" as const),
      origin: fc.option(fc.record({ format: fc.constant("elsewhere"), assumed: fc.array(text, { maxLength: 2 }) }), {
        nil: undefined,
      }),
      extra,
    })
    .map(asJson);

const unknown = (...own: string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .dictionary(key, fc.jsonValue() as fc.Arbitrary<unknown>, { maxKeys: 3, noNullPrototype: true })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => !own.includes(name))));
const withUnknown = <T extends object>(known: fc.Arbitrary<T>, own: readonly string[]): fc.Arbitrary<T> =>
  fc.tuple(unknown(...own, "waymark"), known).map(([more, fields]) => asJson({ ...more, ...fields }));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const message = withUnknown(
  fc.record({ role: fc.constantFrom("user", "assistant", "system", "tool"), content: text }),
  ["role", "content"],
);
const messages = fc.array(message, { minLength: 1, maxLength: 4 });
const shareGptMessage = (from: string[]): fc.Arbitrary<object> =>
  withUnknown(
    fc.record({ from: fc.constantFrom(...from), value: text, loss: fc.constantFrom(undefined, null, true, false) }),
    ["from", "value", "loss"],
  );
const id = fc.oneof(text, fc.integer());
const sessionText = fc
  .tuple(text, fc.array(fc.tuple(text, text, text), { maxLength: 3 }))
  .map(([question, rounds]) =>
    [
      `Question: ${question}\n`,
      ...rounds.map(([t, a, o], k) => `Thought ${k + 1}: ${t}\nAction ${k + 1}: ${a}\nObservation ${k + 1}: ${o}`),
    ].join("\n"),
  );
const plan = withUnknown(fc.record({ thoughts: text, task: text, selected_tool: text, user_request: text }), [
  "thoughts",
  "task",
  "selected_tool",
  "user_request",
]);

/** Records as these formats have them, with fields that nobody knows. */
export const RECORDS: Record<string, fc.Arbitrary<unknown>> = {
  sharegpt: withUnknown(
    fc.record({
      id: maybe(id),
      system: maybe(text),
      conversations: fc
        .array(fc.tuple(shareGptMessage(["human", "user", "observation"]), shareGptMessage(["gpt", "function_call"])), {
          minLength: 1,
          maxLength: 3,
        })
        .map((pairs) => pairs.flat()),
    }),
    ["id", "system", "conversations"],
  ),
  alpaca: withUnknown(
    fc.record({
      instruction: text,
      input: text,
      output: text,
      system: maybe(text),
      history: maybe(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 2 })),
    }),
    ["instruction", "input", "output", "system", "history"],
  ),
  trl: withUnknown(fc.record({ messages }), ["messages"]),
  "trl-preference": withUnknown(fc.record({ prompt: messages, chosen: messages, rejected: messages }), [
    "prompt",
    "chosen",
    "rejected",
  ]),
  "knowself-sft": withUnknown(
    fc.record({
      id,
      game_file: maybe(text),
      reward: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
      conversations: messages,
    }),
    ["id", "game_file", "reward", "conversations"],
  ).filter(({ id: own, game_file }) => game_file !== String(own)),
  "knowself-rpo": withUnknown(
    fc.record({
      id,
      game_file: maybe(text),
      conversations: messages,
      chosen: messages,
      rejected: messages,
      chosen_reward: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
      rejected_reward: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    }),
    ["id", "game_file", "conversations", "chosen", "rejected", "chosen_reward", "rejected_reward"],
  ).filter(({ id: own, game_file }) => game_file !== String(own)),
  "autoact-tasks": withUnknown(fc.record({ Question: text, Answer: text }), ["Question", "Answer"]),
  "autoact-rows": withUnknown(fc.record({ input: text, output: text }), ["input", "output"]),
  "autoact-sessions": withUnknown(
    fc.record({
      question: text,
      prompt: sessionText,
      correct: fc.boolean(),
      reward: fc.oneof(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true })),
    }),
    ["question", "prompt", "correct", "reward"],
  ),
  kagentinstruct: withUnknown(
    fc.record({
      id: text,
      query: text,
      source: text,
      llm_prompt_response: fc.array(
        withUnknown(fc.record({ instruction: text, input: text, output: text, llm_name: text }), [
          "instruction",
          "input",
          "output",
          "llm_name",
        ]),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    ["id", "query", "source", "llm_prompt_response"],
  ),
  kagentbench: withUnknown(
    fc
      .record({
        id: text,
        query: text,
        golden_result_list: fc.array(fc.jsonValue()),
        prompts: fc.dictionary(text, text, { minKeys: 1, maxKeys: 3 }),
      })
      .chain(({ prompts, ...rest }) => {
        const names = Object.keys(prompts);
        return fc.record({ predicted: fc.subarray(names), profile: fc.boolean() }).map(({ predicted, profile }) => ({
          ...rest,
          type: profile ? "profile" : "reflextion",
          prompt_input: profile ? { prompt: "p" } : prompts,
          ...(predicted.length === 0
            ? {}
            : { model_predict: profile ? "q" : Object.fromEntries(predicted.map((n) => [n, `${n}!`])) }),
        }));
      }),
    ["id", "query", "type", "golden_result_list", "prompt_input", "model_predict", "template"],
  ),
  agentinstruct: withUnknown(
    fc.record({
      id: text,
      conversations: fc.array(
        withUnknown(
          fc.record({ from: fc.constantFrom("human", "gpt"), loss: fc.constantFrom(null, true, false), value: text }),
          ["from", "loss", "value"],
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    ["id", "conversations"],
  ),
  "bot-with-plan": fc.array(withUnknown(fc.record({ plan, result: text }), ["plan", "result"]), {
    minLength: 1,
    maxLength: 3,
  }),
  "bot-with-plan-packaged": withUnknown(fc.record({ prompt: text, target: fc.oneof(text, fc.json()), text }), [
    "prompt",
    "target",
    "text",
  ]),
};
