import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../../base/index.ts";
import { withGuards } from "../../labels/index.ts";
import { readChatTemplate, writeGguf } from "../../model/index.ts";
import { deepSpeedPython } from "../../training/index.ts";
import { trainedTemplate, writeTrainedTemplate } from "../trained-template.ts";
import type { RunFacts } from "./facts.ts";
import { modelCard } from "./model-card.ts";
import { checkModel } from "./source.ts";

const PARTS =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|adapter_config)\.json$|\.safetensors(\.index\.json)?$/;

/**
 * Writes a model folder as others expect it: the files byte for byte as they are, the chat template (with its guards) in a
 * file of its own besides, and a card. What the folder holds beyond the model (metrics, snapshots) stays behind.
 */
export function exportHuggingFace(model: string, output: string, facts: RunFacts | null): void {
  checkModel(model);
  const names = fs.readdirSync(model).filter((name) => PARTS.test(name));
  for (const name of names) writeFileAtomic(path.join(output, name), fs.readFileSync(path.join(model, name)));
  const template = readChatTemplate(model);
  if (template !== null) {
    writeFileAtomic(path.join(output, "chat_template.jinja"), withGuards(template));
    names.push("chat_template.jinja");
  }
  names.push(...writeTrainedTemplate(output, trainedTemplate(model)));
  writeFileAtomic(path.join(output, "README.md"), modelCard(output, names.sort(), facts));
}

/** Writes `<name>-f32.gguf` or `-f16` and returns its path. */
export async function exportGguf(model: string, output: string, name: string, type: "F32" | "F16"): Promise<string> {
  checkModel(model);
  const file = path.join(output, `${name}-${type.toLowerCase()}.gguf`);
  await writeGguf({ python: deepSpeedPython(), model, output: file, type, name: `Waymark ${name}` });
  return file;
}
