import { z } from "zod";
import type { ChatDelta, ChatOptions, Completion, JsonSchema, TokenLogprobs } from "../../llm/index.ts";
import type { ApiContext } from "./api-context.ts";

const nonNegative = z.number().int().min(0);

/** A request to `/generate` in the dialect of Hugging Face's text-generation-inference (TGI). */
export const generateRequest = z.looseObject({
  inputs: z.string().min(1),
  parameters: z
    .looseObject({
      max_new_tokens: z.number().int().min(1).nullish(),
      temperature: z.number().gt(0).nullish(),
      top_p: z.number().gt(0).max(1).nullish(),
      do_sample: z.boolean().nullish(),
      seed: nonNegative.nullish(),
      stop: z.array(z.string()).max(16).nullish(),
      details: z.boolean().nullish(),
      return_full_text: z.boolean().nullish(),
      grammar: z.looseObject({ type: z.literal("json"), value: z.record(z.string(), z.unknown()) }).nullish(),
    })
    .nullish(),
});
type GenerateRequest = z.output<typeof generateRequest>;

/** TGI's default. */
const MAX_TOKENS = 100;

/** `POST /generate` and, with `streamed`, `/generate_stream`: the first model continues a text as it stands. */
export async function tgiGenerate(
  api: ApiContext,
  request: GenerateRequest,
  raw: Request,
  streamed: boolean,
): Promise<Response> {
  const [{ name, student }] = api.options.served.models.values();
  const { details, return_full_text, max_new_tokens, ...given } = request.parameters ?? {};
  const maxTokens = api.maxTokens(max_new_tokens ?? MAX_TOKENS, "max_new_tokens");
  const options: ChatOptions = { ...optionsOf(given), maxTokens, logprobs: 0 };
  const prefix = return_full_text === true ? request.inputs : "";
  const answer = (completion: Completion): { generated_text: string; details?: unknown } => ({
    generated_text: prefix + completion.text,
    ...((details === true || streamed) && { details: detailsOf(completion, given.seed ?? null, streamed) }),
  });
  return api.answer(
    raw,
    1,
    async (signal) => {
      const prompt = student.encode(request.inputs);
      if (streamed) {
        const stream = student.streamContinuation(prompt, { ...options, signal });
        return tokenEvents(await stream.next(), stream, answer);
      }
      const completion = await student.continue(prompt, { ...options, signal });
      api.countTokens(name, completion.usage!);
      return answer(completion);
    },
    ({ message, type }) => ({ error: message, error_type: type }),
  );
}

function optionsOf(given: NonNullable<GenerateRequest["parameters"]>): ChatOptions {
  const { temperature, top_p, do_sample, seed, stop, grammar } = given;
  const draws = do_sample === true || temperature != null || top_p != null;
  return {
    temperature: draws && do_sample !== false ? (temperature ?? 1) : 0,
    ...(top_p != null && { topP: top_p }),
    ...(seed != null && { seed }),
    ...(stop != null && { stop }),
    ...(grammar != null && { schema: grammar.value as JsonSchema }),
  };
}

/** One event for each token; the last one has the whole text. */
async function* tokenEvents(
  first: IteratorResult<ChatDelta, Completion>,
  stream: AsyncGenerator<ChatDelta, Completion, undefined>,
  answer: (completion: Completion) => { generated_text: string; details?: unknown },
): AsyncGenerator<string, void, undefined> {
  let index = 0;
  let held: string | undefined; // the last token's event waits for the whole text
  let step = first;
  for (; !step.done; step = await stream.next())
    for (const token of step.value.logprobs ?? []) {
      if (held !== undefined) yield held;
      held = JSON.stringify({ index: ++index, token: tokenBody(token), generated_text: null, details: null });
    }
  const last = held === undefined ? { index: 0, token: null } : (JSON.parse(held) as object);
  yield JSON.stringify({ ...last, ...answer(step.value) });
}

const detailsOf = ({ logprobs = [], usage, end }: Completion, seed: number | null, streamed: boolean): unknown => ({
  finish_reason:
    end === "length" ? "length" : usage!.completionTokens > logprobs.length ? "eos_token" : "stop_sequence",
  generated_tokens: usage!.completionTokens,
  ...(streamed
    ? { input_length: usage!.promptTokens, seed }
    : { seed, prefill: [], tokens: logprobs.map(tokenBody), best_of_sequences: null }),
});

const tokenBody = ({ id, text, logprob }: TokenLogprobs): unknown => ({ id, text, logprob, special: false });
