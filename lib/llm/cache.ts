import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, sha256, UserError, writeFileAtomic } from "../base/index.ts";
import type { ChatDelta, ChatMessage, ChatModel, ChatOptions, Completion } from "./chat-model.ts";

/** Where answers are kept: texts by key. */
export interface CacheStore {
  read(key: string): string | null;
  write(key: string, text: string): void;
}

/** A file for each answer, in folders by the first two digits of its key. */
export function folderStore(folder: string): CacheStore {
  const file = (key: string): string => path.join(folder, key.slice(0, 2), `${key}.json`);
  return {
    read: (key) => (fs.existsSync(file(key)) ? fs.readFileSync(file(key), "utf8") : null),
    write: (key, text) => writeFileAtomic(file(key), text),
  };
}

export interface CacheOptions {
  /** Makes no call: a request that is not in the cache is an error. */
  readonly replay?: boolean;
}

interface Entry {
  readonly request: unknown;
  readonly completion: Completion;
}

/**
 * Answers from the cache what has been asked before: the same model, messages and options, the signal aside. A request
 * that is drawn (a temperature above 0) without a seed is kept, too: the second answer is the first one.
 */
export function withCache(model: ChatModel, store: CacheStore, { replay = false }: CacheOptions = {}): ChatModel {
  const requestOf = (messages: readonly ChatMessage[], options: ChatOptions = {}): unknown => {
    const { signal: _, ...rest } = options;
    return { model: { name: model.name, ...model.identity }, messages, options: rest };
  };
  const find = (request: unknown, key: string): Completion | null => {
    const text = store.read(key);
    if (text !== null) return parseEntry(text, key).completion;
    if (replay) throw new UserError(`replay: ${model.name} was never asked this: ${summary(request)} (key ${key})`);
    return null;
  };
  const keep = (request: unknown, key: string, completion: Completion): Completion => {
    store.write(key, JSON.stringify({ request, completion } satisfies Entry, null, 2) + "\n");
    return completion;
  };
  return {
    name: model.name,
    identity: model.identity,
    async chat(messages, options): Promise<Completion> {
      const request = requestOf(messages, options);
      const key = keyOf(request);
      return find(request, key) ?? keep(request, key, await model.chat(messages, options));
    },
    async *stream(messages: readonly ChatMessage[], options?: ChatOptions) {
      const request = requestOf(messages, options);
      const key = keyOf(request);
      const known = find(request, key);
      if (known === null) return keep(request, key, yield* model.stream(messages, options));
      yield* deltasOf(known);
      return known;
    },
  };
}

/** A whole completion as if it had come in one piece for each answer. */
export function* deltasOf({ answers }: Completion): Generator<ChatDelta, void> {
  for (const [answer, { text, logprobs, toolCalls }] of answers.entries()) {
    if (text !== "" || logprobs) yield { answer, ...(text !== "" && { text }), ...(logprobs && { logprobs }) };
    for (const [index, call] of toolCalls.entries()) yield { answer, toolCall: { index, ...call } };
  }
}

/** The order of keys does not count, but for schemas: there it is the order of the answer's properties. */
function keyOf(request: unknown): string {
  const { options } = request as { options: ChatOptions };
  return sha256(
    canonicalJson({ request, orders: [options.schema, options.tools].map((part) => JSON.stringify(part)) }),
  );
}

function parseEntry(text: string, key: string): Entry {
  try {
    return JSON.parse(text) as Entry;
  } catch (error) {
    throw new UserError(`cache entry ${key}: ${(error as Error).message}; delete its file to ask anew`);
  }
}

function summary(request: unknown): string {
  const { messages } = request as { messages: readonly ChatMessage[] };
  return JSON.stringify(messages[messages.length - 1]?.content.slice(0, 80));
}
