import OpenAI from "openai";

/** One promise of OpenAI's API, kept or not. */
export interface ConformanceRow {
  readonly check: string;
  readonly kept: boolean;
  /** What was seen where it was not kept. */
  readonly note: string;
}

interface Subject {
  readonly client: OpenAI;
  readonly model: string;
}

type Chat = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;

const MESSAGES: Chat["messages"] = [{ role: "user", content: "Your task is to: put a mug in desk." }];

/** Schema and tool are small, so that even a model that knows nothing of JSON ends in time. */
const SCHEMA = {
  type: "object",
  properties: { verb: { enum: ["go", "take"] }, sure: { type: "boolean" } },
  required: ["verb", "sure"],
  additionalProperties: false,
};
const TOOL: OpenAI.Chat.ChatCompletionTool = {
  type: "function",
  function: { name: "act", description: "Does something", parameters: SCHEMA },
};

/** In the order of the Python version beside this file, under the same names. */
const CHECKS: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  "models are listed": async ({ client, model }) => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids.includes(model), `the list is ${ids.join(", ")}`);
  },
  "chat answers": async (subject) => {
    const { choices, object } = await chat(subject, {});
    equal(object, "chat.completion");
    equal(choices[0].message.role, "assistant");
    expect((choices[0].message.content ?? "") !== "", "no content");
  },
  "usage adds up": async (subject) => {
    const { usage } = await chat(subject, { max_tokens: 2 });
    equal(usage?.completion_tokens, 2);
    equal(usage?.total_tokens, usage!.prompt_tokens + 2);
  },
  "max_tokens cuts with finish_reason length": async (subject) => {
    equal((await chat(subject, { max_tokens: 1 })).choices[0].finish_reason, "length");
  },
  "a stream is the same text in pieces": async (subject) => {
    const { choices } = await chat(subject, {});
    const { text, finish } = await streamed(subject, {});
    equal(text, choices[0].message.content);
    equal(finish, choices[0].finish_reason);
  },
  "stream_options.include_usage": async ({ client, model }) => {
    const request = { model, messages: MESSAGES, temperature: 0, max_tokens: 3 };
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let tokens: number | undefined;
    for await (const chunk of stream) tokens = chunk.usage?.completion_tokens ?? tokens;
    equal(tokens, 3);
  },
  "stop ends the text before the string": async (subject) => {
    const whole = (await chat(subject, {})).choices[0].message.content!;
    const stop = whole.slice(-3);
    const { message, finish_reason } = (await chat(subject, { stop: [stop] })).choices[0];
    equal(message.content, whole.slice(0, whole.indexOf(stop)));
    equal(finish_reason, "stop");
  },
  "the same seed draws the same": async (subject) => {
    const draw = async (seed: number): Promise<string> =>
      (await chat(subject, { temperature: 2, seed, max_tokens: 12 })).choices[0].message.content ?? "";
    const first = await draw(1);
    equal(await draw(1), first);
    const others = await Promise.all([2, 3, 4].map(draw));
    expect(
      others.some((text) => text !== first),
      "four seeds draw the same",
    );
  },
  "n answers": async (subject) => {
    const { choices } = await chat(subject, { n: 3, temperature: 2, seed: 1, max_tokens: 12 });
    equal(choices.map(({ index }) => index).join(), "0,1,2");
    expect(new Set(choices.map(({ message }) => message.content)).size > 1, "all are the same");
  },
  "logprobs and top_logprobs": async (subject) => {
    const { choices } = await chat(subject, { logprobs: true, top_logprobs: 2, max_tokens: 2 });
    const tokens = choices[0].logprobs?.content ?? [];
    equal(tokens.length, 2);
    for (const { token, logprob, top_logprobs } of tokens) {
      expect(logprob <= 0, `a log-probability of ${logprob}`);
      equal(top_logprobs.length, 2);
      equal(top_logprobs[0].token, token);
    }
  },
  "response_format json_schema": async (subject) => {
    const json_schema = { name: "command", schema: SCHEMA, strict: true };
    const { choices } = await chat(subject, { response_format: { type: "json_schema", json_schema }, max_tokens: 200 });
    checkCommand(choices[0].message.content);
  },
  "a required tool is called": async (subject) => {
    const { choices } = await chat(subject, { tools: [TOOL], tool_choice: "required", max_tokens: 200 });
    equal(choices[0].finish_reason, "tool_calls");
    const [call] = choices[0].message.tool_calls ?? [];
    expect(call?.type === "function" && call.function.name === "act", "no call of the tool");
    if (call?.type === "function") checkCommand(call.function.arguments);
  },
  "completions continue a text": async ({ client, model }) => {
    const request = { model, prompt: "go to", temperature: 0, max_tokens: 3 };
    const { choices, object, usage } = await client.completions.create(request);
    equal(object, "text_completion");
    equal(choices[0].finish_reason, "length");
    equal(usage?.completion_tokens, 3);
    let text = "";
    const stream = await client.completions.create({ ...request, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? "";
    equal(text, choices[0].text);
  },
  "an unknown model is an API error": async ({ client }) => {
    await fails({ client, model: "no-such-model" }, {}, [400, 404]);
  },
  "a wrong value is a 400 in OpenAI's shape": async (subject) => {
    const error = await fails(subject, { temperature: -1 }, [400]);
    expect(
      typeof error.error === "object" && "type" in (error.error as object),
      `the body is ${JSON.stringify(error.error)}`,
    );
    equal(error.param, "temperature");
  },
};

/**
 * Asks a server for what OpenAI's API promises, with OpenAI's own client. The model may be any: nothing is expected of its
 * words but that greedy ones repeat.
 * @param baseURL such as `http://127.0.0.1:8000/v1`
 */
export async function checkConformance(baseURL: string, model: string, apiKey = "none"): Promise<ConformanceRow[]> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
  const rows: ConformanceRow[] = [];
  for (const [check, run] of Object.entries(CHECKS)) {
    const failure = await run({ client, model }).then(
      () => null,
      (error: unknown) => (error as Error).message,
    );
    rows.push({ check, kept: failure === null, note: failure?.split("\n")[0].slice(0, 200) ?? "" });
  }
  return rows;
}

const chat = ({ client, model }: Subject, options: Partial<Chat>): Promise<OpenAI.Chat.ChatCompletion> =>
  client.chat.completions.create({ model, messages: MESSAGES, temperature: 0, max_tokens: 24, ...options });

async function streamed(
  { client, model }: Subject,
  options: Partial<Chat>,
): Promise<{ text: string; finish: string | null }> {
  const request = { model, messages: MESSAGES, temperature: 0, max_tokens: 24, ...options };
  let text = "";
  let finish: string | null = null;
  for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
    text += choices[0]?.delta.content ?? "";
    finish = choices[0]?.finish_reason ?? finish;
  }
  return { text, finish };
}

async function fails(
  subject: Subject,
  options: Partial<Chat>,
  statuses: readonly number[],
): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await chat(subject, options);
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    expect(statuses.includes(error.status as number), `status ${error.status}: ${error.message}`);
    return error;
  }
  throw new Error("it was answered");
}

function checkCommand(text: string | null): void {
  const { verb, sure } = JSON.parse(text ?? "") as { verb: unknown; sure: unknown };
  expect((verb === "go" || verb === "take") && typeof sure === "boolean", `not the schema's: ${text}`);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

const equal = (found: unknown, wanted: unknown): void =>
  expect(found === wanted, `${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
