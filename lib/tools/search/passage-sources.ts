import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { readJsonl, sha256, UserError } from "../../base/index.ts";
import { passagesOf, type Document, type Passage } from "./passage.ts";

const dumpSchema = z.object({ title: z.string(), text: z.string() });
const hotpotSchema = z.object({ context: z.array(z.tuple([z.string(), z.array(z.string())])) });

/** Passages of documents, such as those of a generated fact base. Equal titles stay apart. */
export function passagesOfDocuments(documents: Iterable<Document>): Passage[] {
  const passages: Passage[] = [];
  let number = 0;
  for (const document of documents) passages.push(...passagesOf(document, 120, `${number++}:${document.title}`));
  return passages;
}

/** Passages of a dump: JSONL (or .jsonl.gz) with `title` and `text` in each row. Throws `UserError` with file and line. */
export async function passagesOfDump(file: string): Promise<Passage[]> {
  const documents: Document[] = [];
  for await (const document of readJsonl(file, (value) => dumpSchema.parse(value))) documents.push(document);
  return passagesOfDocuments(documents);
}

/** The paragraphs of HotpotQA's questions, each once: the .jsonl files of `folder`. Throws `UserError` where there is none. */
export async function passagesOfHotpot(folder: string): Promise<Passage[]> {
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(".jsonl")).sort() : []; // prettier-ignore
  if (files.length === 0) throw new UserError(`${folder}: no .jsonl files of HotpotQA; data/README.md says where to get them`); // prettier-ignore
  const documents = new Map<string, Document>();
  for (const name of files) {
    for await (const { context } of readJsonl(path.join(folder, name), (value) => hotpotSchema.parse(value))) {
      for (const [title, sentences] of context) {
        const text = sentences.join("");
        documents.set(sha256(`${title}\n${text}`), { title, text });
      }
    }
  }
  return passagesOfDocuments(documents.values());
}
