import * as fs from "node:fs";
import { canonicalJson, readJson, sha256, UserError } from "../../base/index.ts";
import { BYTE_CHARACTERS, fromByteCharacters, toByteCharacters } from "./bytes.ts";
import type { TokenizerDefinition } from "./definition.ts";
import { fromHuggingFace, toHuggingFace } from "./huggingface.ts";
import { MergeTable } from "./merge.ts";
import { createSplitter } from "./patterns.ts";

/** Text to token ids and back. */
export interface Tokenizer {
  /** Number of ids, control tokens included: the model's vocabulary size. */
  readonly size: number;
  /** SHA-256 of the definition; equal hashes give equal ids. */
  readonly hash: string;
  /** Ids of ordinary text. What looks like a control token is text too and never becomes its id. */
  encode(text: string): number[];
  /** Ids of text in which control tokens count as such. Only for text that Waymark rendered itself. */
  encodeMarked(text: string): number[];
  /** Text of ids; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string;
  /** Text of one token, for display. */
  tokenText(id: number): string;
  /** Id of a control token, by its text. Throws `UserError` for an unknown one. */
  special(name: string): number;
  /** Whether `id` is a control or otherwise added token. */
  isSpecial(id: number): boolean;
  /** The content of Hugging Face's `tokenizer.json`. */
  toJSON(): Record<string, unknown>;
}

const CACHED_PIECES = 100_000;
const CACHED_LENGTH = 64;

/** Byte-level BPE (Sennrich et al. 2016; GPT-2's byte alphabet). */
export class BpeTokenizer implements Tokenizer {
  readonly definition: TokenizerDefinition;
  readonly size: number;
  readonly hash: string;
  readonly #split: (text: string) => readonly string[];
  readonly #byteIds: readonly number[];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #bytes: readonly Uint8Array[];
  readonly #specials: ReadonlyMap<string, number>;
  readonly #specialIds: ReadonlySet<number>;
  readonly #marked: RegExp | null;
  readonly #merges: MergeTable;
  readonly #cache = new Map<string, readonly number[]>();

  /** @param name file or other origin, for messages */
  constructor(definition: TokenizerDefinition, name = "tokenizer") {
    const { vocabulary, added, merges } = definition;
    this.definition = definition;
    this.size = vocabulary.length;
    this.hash = sha256(canonicalJson(toHuggingFace(definition)));
    this.#split = createSplitter(definition.preTokenizer, name);
    this.#specials = new Map(added.map(({ content, id }) => [content, id]));
    this.#specialIds = new Set(added.map(({ id }) => id));
    this.#ids = new Map(vocabulary.map((token, id) => [token, id] as const).filter(([, id]) => !this.isSpecial(id)));
    const idOf = (token: string): number => {
      const id = this.#ids.get(token);
      if (id === undefined) throw new UserError(`${name}: token ${JSON.stringify(token)} is not in the vocabulary`);
      return id;
    };
    this.#byteIds = BYTE_CHARACTERS.map(idOf);
    this.#merges = new MergeTable(
      this.size,
      merges.map(([left, right]) => ({ left: idOf(left), right: idOf(right), id: idOf(left + right) })),
    );
    this.#bytes = vocabulary.map((token, id) => {
      const bytes = this.isSpecial(id) ? Buffer.from(token, "utf8") : fromByteCharacters(token);
      if (!bytes) throw new UserError(`${name}: token ${JSON.stringify(token)} (id ${id}) is not in byte-level form`);
      return bytes;
    });
    // Longest first, so that of two control tokens with one beginning the whole one is found.
    const contents = added.map(({ content }) => content).sort((a, b) => b.length - a.length);
    this.#marked = contents.length > 0 ? new RegExp(`(${contents.map(escapeRegExp).join("|")})`, "u") : null;
  }

  encode(text: string): number[] {
    const ids: number[] = [];
    for (const piece of this.#split(this.definition.normalize ? text.normalize("NFC") : text)) {
      const known = this.#cache.get(piece) ?? this.#encodePiece(piece);
      for (let i = 0; i < known.length; i++) ids.push(known[i]);
    }
    return ids;
  }

  encodeMarked(text: string): number[] {
    if (!this.#marked) return this.encode(text);
    return text.split(this.#marked).flatMap((part) => {
      const special = this.#specials.get(part);
      return special === undefined ? this.encode(part) : [special];
    });
  }

  decode(ids: readonly number[]): string {
    return Buffer.concat(ids.map((id) => this.#bytesOf(id))).toString("utf8");
  }

  tokenText(id: number): string {
    return Buffer.from(this.#bytesOf(id)).toString("utf8");
  }

  /** Bytes of one token; of a control token those of its text. */
  tokenBytes(id: number): Uint8Array {
    return this.#bytesOf(id);
  }

  special(name: string): number {
    const id = this.#specials.get(name);
    if (id !== undefined) return id;
    throw new UserError(`no special token ${JSON.stringify(name)}; there are ${[...this.#specials.keys()].join(" ")}`);
  }

  isSpecial(id: number): boolean {
    return this.#specialIds.has(id);
  }

  toJSON(): Record<string, unknown> {
    return toHuggingFace(this.definition);
  }

  #bytesOf(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (!bytes) throw new RangeError(`token id ${id} is outside the vocabulary of ${this.size}`);
    return bytes;
  }

  #encodePiece(piece: string): readonly number[] {
    const whole = this.definition.wholePieces ? this.#ids.get(toByteCharacters(piece)) : undefined;
    const ids =
      whole !== undefined
        ? [whole]
        : this.#merges.apply(Array.from(Buffer.from(piece, "utf8"), (byte) => this.#byteIds[byte]));
    if (piece.length <= CACHED_LENGTH) {
      if (this.#cache.size >= CACHED_PIECES) this.#cache.clear();
      this.#cache.set(piece, ids);
    }
    return ids;
  }
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Reads a `tokenizer.json` (path or parsed). Throws `UserError` where it is no byte-level BPE that we reproduce. */
export function loadTokenizer(source: string | Record<string, unknown>): BpeTokenizer {
  if (typeof source !== "string") return new BpeTokenizer(fromHuggingFace(source, "tokenizer"));
  if (!fs.existsSync(source)) throw new UserError(`${source}: no such tokenizer file`);
  let value: unknown;
  try {
    value = readJson(source);
  } catch (error) {
    throw new UserError(`${source}: ${(error as Error).message}`);
  }
  return new BpeTokenizer(fromHuggingFace(value, source), source);
}
