import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi, type TestContext } from "vitest";
import { readJson, readJsonl, sha256File, UserError, writeJson } from "../../base/index.ts";
import { encodeSegments, loadTokenizer, readExamples, tokenizerConfig, type BpeTokenizer } from "../../labels/index.ts";
import { complete, Llama, readModelArrays } from "../../model/index.ts";
import { deepSpeedPython } from "../../training/index.ts";
import { projectRoot } from "../project.ts";
import { runExport, runImport } from "./index.ts";
import { makeRun, template, trajectories } from "./test-run.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "handover-"));
const run = path.join(folder, "household", "main-seed0");
const out = path.join(folder, "out");
const file = (...names: string[]): string => path.join(out, ...names);
const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
let tokenizer: BpeTokenizer;
beforeAll(async () => {
  ({ tokenizer } = await makeRun(run));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const rows = async (of: string): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const row of readJsonl(of, (value) => value)) all.push(row);
  return all;
};

describe("data", () => {
  const formats = ["sharegpt", "alpaca", "trl", "agentinstruct", "knowself-sft"];
  beforeAll(async () => {
    expect(await runExport([run, "--format", formats.join(), "--output", out])).toBe(0);
  });

  test.each(formats)("%s comes back as it was", async (format) => {
    const extension = format === "knowself-sft" ? "json" : "jsonl";
    const back = file("back", `${format}.jsonl.gz`);
    expect(await runImport([file("data", `${format}.${extension}`), "--format", format, "--output", back])).toBe(0);
    expect(await rows(back)).toEqual(trajectories);
  });

  test("a row is in the environment's own words, slips are marked, the last observation is left out", async () => {
    const [first] = (await rows(file("data", "sharegpt.jsonl"))) as { conversations: object[] }[];
    expect(first.conversations).toHaveLength(8);
    expect(first.conversations[1]).toEqual({ from: "gpt", value: "Thought: I need mug\nAction: go to desk 1" });
    expect(first.conversations[3]).toEqual({ from: "gpt", value: "Action: look", loss: false });
  });

  test("LLaMA-Factory is told of the columns that there are", () => {
    expect(readJson(file("data", "dataset_info.json"))).toEqual({
      waymark_sharegpt: {
        file_name: "sharegpt.jsonl",
        formatting: "sharegpt",
        columns: { messages: "conversations" },
        tags: { role_tag: "from", content_tag: "value", user_tag: "human", assistant_tag: "gpt" },
      },
      waymark_alpaca: {
        file_name: "alpaca.jsonl",
        columns: { prompt: "instruction", query: "input", response: "output", history: "history" },
      },
    });
  });

  test("the card counts, and says who played", () => {
    const card = fs.readFileSync(file("data", "README.md"), "utf8");
    expect(card).toContain(
      "60 trajectories with 438 turns, of which 180 are the agent's and to be learnt, 9 are context",
    );
    expect(card).toContain("agents: search-teacher (60)");
    expect(card).toContain(sha256File(file("data", "trl.jsonl")));
  });

  test("pairs go to TRL and back", async () => {
    const [won, lost] = [trajectories[1], trajectories[2]];
    const pair = {
      id: "p",
      chosen: won,
      rejected: { ...lost, turns: [won.turns[0], ...lost.turns.slice(1)] },
      shared: 1,
    };
    fs.writeFileSync(path.join(folder, "pairs.jsonl"), `${JSON.stringify(pair)}\n`);
    await runExport([path.join(folder, "pairs.jsonl"), "--format", "trl-preference,knowself-rpo"]);
    const data = path.join(folder, "export", "data");
    const [row] = (await rows(path.join(data, "trl-preference.jsonl"))) as Record<string, object[]>[];
    expect([row.prompt.length, row.chosen.length, row.rejected.length]).toEqual([1, 6, 6]);
    for (const name of ["trl-preference.jsonl", "knowself-rpo.json"]) {
      const back = file("back", "pairs.jsonl");
      await runImport([path.join(data, name), "--format", name.split(".")[0], "--output", back]);
      expect(await rows(back)).toEqual([pair]);
    }
  });
});

describe("a model folder", () => {
  beforeAll(() => runExport([run, "--output", out]));

  test("holds the model byte for byte, its template, and nothing else of the run", () => {
    const names = fs.readdirSync(file("huggingface")).sort();
    const parts = ["chat_template.jinja", "config.json", "generation_config.json", "model.safetensors"];
    expect(names).toEqual(["README.md", ...parts, "tokenizer.json", "tokenizer_config.json", "waymark.json"]);
    const weights = path.join(run, "training", "model.safetensors");
    expect(sha256File(file("huggingface", "model.safetensors"))).toBe(sha256File(weights));
    expect(fs.readFileSync(file("huggingface", "chat_template.jinja"), "utf8")).toBe(template.jinja);
  });

  test("has a card that says what it is, with intervals and hashes", () => {
    const card = fs.readFileSync(file("huggingface", "README.md"), "utf8");
    expect(card).toContain("trained from scratch on the episodes of a **scripted teacher**");
    expect(card).toContain("| generated test | student, free | 3 | 66.7 | 20.8 – 93.9 |");
    expect(card).toContain("in 60 of 60 examples");
    expect(card).toContain(sha256File(file("huggingface", "model.safetensors")));
  });

  test("is imported again; a folder that lacks something is refused by name", async () => {
    expect(await runImport([file("huggingface"), "--format", "hf", "--output", file("imported")])).toBe(0);
    expect(readJson(file("imported", "waymark.json"))).toEqual({ template: template.id, templateHash: template.hash });
    expect(readModelArrays(file("imported"))).toEqual(readModelArrays(path.join(run, "training")));
    fs.rmSync(file("imported", "model.safetensors"));
    await expect(runExport([file("imported")])).rejects.toThrow(/imported: no weights: neither model\.safetensors nor/);
  });
});

/** The Python of set-up's DeepSpeed environment; skips the test where there is none. */
function pythonOf(context: TestContext): string {
  let python = "";
  try {
    python = deepSpeedPython();
  } catch (error) {
    context.skip((error as Error).message);
  }
  const packages = spawnSync(python, ["-c", "import gguf, torch, transformers"]);
  if (packages.status !== 0) context.skip(".venv-deepspeed is not complete");
  return python;
}

interface Answer {
  readonly texts: number[][];
  readonly chats: string[];
  readonly masks: number[][];
  readonly continuations: number[][];
  readonly gguf: number[][];
  readonly special: string[];
}

function ask(python: string, job: object): Answer {
  const script = path.join(import.meta.dirname, "check_handover.py");
  const { status, stdout, stderr } = spawnSync(python, [script], { input: JSON.stringify(job), encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Answer;
}

describe("other engines", { timeout: 300_000 }, () => {
  test("transformers reads folder and GGUF: same ids, same template, same greedy continuations of 50 prompts", async (context) => {
    const python = pythonOf(context);
    await runExport([run, "--format", "hf,gguf", "--output", out]);
    const assistant = tokenizer.special("<|assistant|>");
    const prompts: number[][] = [];
    for await (const { ids } of readExamples(path.join(run, "labels", "examples.jsonl.gz"))) {
      const places = ids.flatMap((id, i) => (id === assistant ? [i + 1] : []));
      if (prompts.length < 50) prompts.push(ids.slice(0, places[prompts.length % places.length]));
    }
    const length = 12;
    const student = Llama.load(path.join(run, "training"));
    const ours = await complete(student, prompts, { maxTokens: length, stopTokens: [] });
    student.dispose();
    const segments = trajectories.map(({ turns }) => template.renderTurns(turns));
    const texts = segments.map((all) => all.map(({ text }) => text).join(""));
    const chats = trajectories.map(({ turns }) => template.toMessages(turns));
    const job = {
      folder: file("huggingface"),
      gguf: file("gguf", "household-f32.gguf"),
      prompts,
      length,
      texts,
      chats,
    };
    const theirs = ask(python, job);

    expect(theirs.texts).toEqual(segments.map((all) => encodeSegments(all, tokenizer)));
    expect(theirs.chats).toEqual(texts);
    expect(theirs.special).toEqual(["<|end|>", "<|pad|>"]);
    // {% generation %} marks what the agent says, slips too: no template knows them.
    const masks = segments.map((all) =>
      all.flatMap((segment) =>
        encodeSegments([segment], tokenizer).map(() =>
          ["thought", "action", "delimiter"].includes(segment.source) && segment.loss !== "none" ? 1 : 0,
        ),
      ),
    );
    expect(theirs.masks).toEqual(masks);
    const continuations = ours.map(({ ids }) => ids);
    expect(new Set(continuations.map((ids) => ids.join())).size).toBeGreaterThan(10);
    expect(theirs.continuations).toEqual(continuations);
    expect(theirs.gguf).toEqual(continuations);
  });

  test("AutoTokenizer gives the parity cases' ids", (context) => {
    const python = pythonOf(context);
    const fixtures = path.join(projectRoot, "lib/labels/tokenizer/fixtures");
    const { cases } = readJson<{ cases: { text: string; ids: number[] }[] }>(path.join(fixtures, "parity-cases.json"));
    const parity = loadTokenizer(path.join(fixtures, "parity-tokenizer.json"));
    const place = file("parity");
    writeJson(path.join(place, "tokenizer.json"), parity);
    writeJson(path.join(place, "tokenizer_config.json"), {
      ...tokenizerConfig("", 512),
      pad_token: undefined,
      eos_token: undefined,
    });
    const texts = cases.map(({ text }) => text);
    const theirs = ask(python, { folder: place, prompts: [], texts, chats: [] });
    expect(cases.length).toBeGreaterThan(5);
    expect(theirs.texts).toEqual(cases.map(({ ids }) => ids));
    expect(theirs.texts).toEqual(texts.map((text) => parity.encodeMarked(text)));
  });

  test("a GGUF comes back as the same model; F16 as its rounding", async (context) => {
    pythonOf(context);
    await runExport([run, "--format", "gguf,gguf-f16", "--output", out]);
    for (const type of ["f32", "f16"]) {
      await runImport([file("gguf", `household-${type}.gguf`), "--format", "gguf", "--output", file(type)]);
      expect(loadTokenizer(file(type, "tokenizer.json")).hash).toBe(tokenizer.hash);
      const [was, is] = [path.join(run, "training"), file(type)].map((place) =>
        readJson<object>(path.join(place, "config.json")),
      );
      expect(is).toEqual({ ...was, initializer_range: 0.02 }); // which GGUF has no place for
      const [before, after] = [readModelArrays(path.join(run, "training")), readModelArrays(file(type))];
      expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
      for (const [name, { shape, data }] of before) {
        expect(after.get(name)!.shape).toEqual(shape);
        const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - after.get(name)!.data[i])), 0);
        expect(worst).toBeLessThanOrEqual(type === "f32" || shape.length === 1 ? 0 : 2 ** -10);
      }
    }
  });
});

describe("the commands", () => {
  test.each([
    ["export", [], /one run, model or file is expected, not 0/],
    ["export", ["nowhere"], /nowhere: no such file or folder/],
    ["export", ["RUN", "--format", "gguff"], /--format gguff: there are hf, gguf/],
    ["export", ["RUN", "--format", "trl-preference"], /format trl-preference holds pairs, but here are trajectories/],
    ["export", ["RUN", "--format", "trl", "--limit", "0"], /--limit 0: a whole number/],
    ["export", ["RUN", "--colour"], /--colour.*npm run export -- --help/],
    ["export", ["MODEL", "--format", "trl"], /a model without its run/],
    ["export", ["FILE", "--format", "hf"], /a file of trajectories, no model/],
    ["export", ["FILE"], /--format: one of sharegpt/],
    ["import", [], /a file is expected/],
    ["import", ["FILE"], /--format and --output are needed/],
    ["import", ["FILE", "--format", "x", "--output", "y.jsonl"], /--format x: there are hf, gguf, sharegpt/],
    ["import", ["FILE", "--format", "trl", "--output", "y.json"], /--output y\.json: a \.jsonl/],
    ["import", ["FILE", "--format", "trl", "--output", "OUT/z.jsonl"], /jsonl\.gz:1: not a TRL record: messages/],
  ])("%s %j", async (command, args, message) => {
    const places: Record<string, string> = {
      RUN: run,
      MODEL: path.join(run, "training"),
      FILE: path.join(run, "trajectories", "trajectories.jsonl.gz"),
    };
    const given = (args as string[]).map((arg) => places[arg] ?? arg.replace("OUT", out));
    const failed = (command === "export" ? runExport : runImport)(given);
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(message as RegExp);
  });

  test("without set-up's Python the remedy is named", () => {
    expect(() => deepSpeedPython(folder)).toThrow(UserError);
    expect(() => deepSpeedPython(folder)).toThrow(/\.venv-deepspeed.*npm run setup -- --deepspeed/);
  });

  test("an unfinished run is said to be one", async () => {
    const half = path.join(folder, "half");
    fs.mkdirSync(path.join(half, "trajectories"), { recursive: true });
    await expect(runExport([half])).rejects.toThrow(/stage trajectories is not finished/);
  });

  test.each([
    ["export", runExport],
    ["import", runImport],
  ])("%s explains itself and its formats", async (_, command) => {
    printed.mockClear();
    expect(await command(["--help"])).toBe(0);
    const text = printed.mock.calls.map(([part]) => String(part)).join("");
    for (const name of ["gguf", "sharegpt", "agentinstruct", "kagentbench", "bot-with-plan"])
      expect(text).toContain(`${name} `);
  });
});
