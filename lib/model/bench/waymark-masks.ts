/** Times of our constraint's masks: `waymark-masks.ts JOB.json` prints JSON. */
import { readJson } from "../../base/index.ts";
import { jsonGrammar, type JsonSchema } from "../../llm/index.ts";
import { JsonGrammar } from "../json/constraint.ts";
import { loadXGrammar } from "../json/xgrammar.ts";
import type { MaskJob } from "./synthetic-vocabulary.ts";

/** GPT-2's alphabet: printable bytes are themselves, the others follow from 256 on. */
let shifted = 256;
const CHARACTERS = Array.from({ length: 256 }, (_, byte) => {
  const isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  return String.fromCodePoint(isPrintable ? byte : shifted++);
});

async function main(file: string): Promise<void> {
  const { tokens, schema, texts } = readJson<MaskJob>(file);
  const engine = await loadXGrammar();
  const names = tokens.map((token) => Array.from(Buffer.from(token, "hex"), (byte) => CHARACTERS[byte]).join(""));
  let start = performance.now();
  const lap = (): number => -start + (start = performance.now());
  const vocabulary = await engine.TokenizerInfo.createTokenizerInfo(names, "byte_level", false, tokens.length, [tokens.length - 1]); // prettier-ignore
  const vocabularyMs = lap();
  const compiler = await engine.GrammarCompiler.createGrammarCompiler(vocabulary, false);
  const grammar = await engine.Grammar.fromEBNF(jsonGrammar(schema as JsonSchema));
  const compiled = await compiler.compileGrammar(grammar);
  const compileMs = lap();
  const matcher = await engine.GrammarMatcher.createGrammarMatcher(compiled);
  await matcher.getNextTokenBitmask();
  const firstMs = lap();

  const masks: number[] = [];
  for (const ids of texts) {
    matcher.reset();
    for (const id of [...ids, tokens.length - 1]) {
      lap();
      await matcher.getNextTokenBitmask();
      masks.push(1000 * lap());
      if (!matcher.acceptToken(id)) throw new Error(`token ${id} is refused`);
    }
  }
  // What decoding asks for is the list of ids.
  const lists: number[] = [];
  const own = new JsonGrammar(engine, compiled, tokens.length);
  for (const ids of texts.slice(0, 5)) {
    const constraint = own.constraint();
    for (const id of ids) {
      lap();
      await constraint.allowed();
      lists.push(1000 * lap());
      constraint.accept(id);
    }
    constraint.dispose?.();
  }
  process.stdout.write(JSON.stringify({ vocabularyMs, compileMs, firstMs, masks, lists }) + "\n");
}

void main(process.argv[2]);
