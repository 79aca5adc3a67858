import { readConfig } from "../../model/index.ts";
import * as path from "node:path";
import { trainedTemplate } from "../trained-template.ts";
import { hashTable, type RunFacts } from "./facts.ts";

/** The card (README.md) of an exported model folder. `facts` is null for a model that no run of ours made. */
export function modelCard(folder: string, files: readonly string[], facts: RunFacts | null): string {
  const parts = facts === null ? foreignModel(folder) : student(folder, facts);
  return [...parts, "## Files", "", hashTable(folder, files), ""].join("\n");
}

const frontMatter = [
  "---",
  "library_name: transformers",
  "pipeline_tag: text-generation",
  "tags: [waymark, agent]",
  "---",
  "",
];

function foreignModel(folder: string): string[] {
  const trained = trainedTemplate(folder);
  return [
    ...frontMatter,
    `# ${path.basename(folder)}`,
    "",
    "A model folder exported by Waymark. No run's manifest was beside it, so nothing is known here of how it was made.",
    "",
    ...(trained ? ["## Use", "", templateNote(trained.template), ""] : []),
  ];
}

/** How the model is to be talked to. */
function templateNote(template: string): string {
  const situations = template.endsWith("/situations")
    ? ", the knowledge that it is given in `knowledge`, and, where it thought again, its first action in `first` and the second thought in `reflection`"
    : "";
  return (
    `The model reads the environment's text in a shortened form (template \`${template}\`): \`chat_template.jinja\` renders ` +
    `turns whose contents are already short, with an agent turn's thought in the field \`thought\`${situations}. What looks like a ` +
    "control token in a message is spelled with a space inside. Greedy decoding is what it was evaluated with."
  );
}

function student(folder: string, facts: RunFacts): string[] {
  const { stages, meeting } = facts;
  const [labels, training] = ["labels", "training"].map((name) => stages.get(name)!);
  const config = readConfig(path.join(folder, "config.json"));
  const number = (value: unknown): string => Number(value).toLocaleString("en-US");
  return [
    ...frontMatter,
    `# Waymark student: ${facts.name}`,
    "",
    `An embedded small student of Waymark: a Llama of ${number(training.summary.parameters)} parameters with ` +
      `${number(config.vocab_size)} tokens, trained from scratch on the episodes of a **scripted teacher** (a program) in ` +
      "one kind of text environment. It is no pretrained language model: it knows the words of its games and no others, " +
      "and it can do nothing else.",
    "",
    "## Use",
    "",
    templateNote(String(labels.summary.template)),
    "",
    "```python",
    "from transformers import AutoModelForCausalLM, AutoTokenizer",
    "",
    'folder = "."',
    "tokenizer = AutoTokenizer.from_pretrained(folder)",
    "model = AutoModelForCausalLM.from_pretrained(folder)",
    `messages = [{"role": "user", "content": ${JSON.stringify(facts.prompt.trim())}}]`,
    "text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)",
    'ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids',
    "said = model.generate(ids, do_sample=False, max_new_tokens=24)[0, ids.shape[1] :]",
    "print(tokenizer.decode(said))",
    "```",
    "",
    "## llama.cpp",
    "",
    "The tokenizer keeps a word and its number together (one token for ` cabinet 3`), which no pre-tokenizer of llama.cpp does. " +
      "The GGUF files therefore have a vocabulary of type `rwkv` (the longest token comes next). That gives the same ids wherever " +
      "every word of the text is a token: " +
      `in ${number(meeting.same)} of ${number(meeting.examples)} examples of this run it does. Text with other words, or two spaces ` +
      "together, may be cut otherwise; feed token ids then. Control tokens written in a text count as such.",
    "",
    ...data(facts),
    "## Training",
    "",
    `- ${number(training.summary.steps)} steps, ${number(training.summary.tokens)} tokens, final loss ` +
      `${Number(training.summary.loss).toFixed(4)}; seed ${training.seed}, engine ${String(training.summary.engine)}`,
    "- settings:",
    "",
    "```json",
    JSON.stringify(training.settings, null, 2),
    "```",
    "",
    ...results(facts),
    ...provenance(facts),
  ];
}

/** Where the episodes are from. */
function data({ stages }: RunFacts): string[] {
  const { settings, summary } = stages.get("trajectories")!;
  const { games, synthesis } = settings as { games: Record<string, unknown>; synthesis: Record<string, unknown> };
  const labels = stages.get("labels")!;
  const shares = Object.entries(synthesis).map(([key, value]) => `${key} ${String(value)}`);
  return [
    "## Data",
    "",
    `- games: ${String(games.source)} (${Object.entries(games)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(", ")})`,
    `- episodes: ${String(summary.kept)} kept of ${String(summary.episodes)}; those that did not succeed were dropped`,
    `- synthesis: ${shares.join(", ")}; slips are random careless commands, kept as context and not learnt`,
    `- rows: ${String(labels.summary.examples)} with ${String(labels.summary.tokens)} tokens`,
    "",
  ];
}

function results({ results: rows }: RunFacts): string[] {
  if (rows.length === 0) return ["## Results", "", "Not evaluated.", ""];
  const percent = (share: number): string => (100 * share).toFixed(1);
  return [
    "## Results",
    "",
    "Success in %, with 95 % interval (Wilson); one training seed.",
    "",
    "| games | player | n | success | interval |",
    "| --- | --- | --: | --: | --: |",
    ...rows.map(
      ({ split, arm, n, value, low, high }) =>
        `| ${split} | ${arm} | ${n} | ${percent(value)} | ${percent(low)} – ${percent(high)} |`,
    ),
    "",
  ];
}

function provenance({ stages }: RunFacts): string[] {
  const rows = [...stages].map(
    ([name, { seed, artefact, made }]) =>
      `| ${name} | ${seed} | \`${artefact}\` | ${made.commit ?? "unknown"} | ${made.finished.slice(0, 10)} |`,
  );
  return [
    "## Provenance",
    "",
    "| stage | seed | artefact (SHA-256) | commit | finished |",
    "| --- | --: | --- | --- | --- |",
    ...rows,
    "",
  ];
}
