import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeJson } from "../../base/index.ts";
import { runServe } from "./run-serve.ts";
import { openModels } from "./served-models.ts";
import { writeTestModel } from "./test-server.ts";

const folder = writeTestModel(["planner"]);
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe("a model folder", () => {
  test("is served under its name, with its adapters", async () => {
    const served = await openModels({
      model: folder,
      adapters: new Map([["p", path.join(folder, "planner")]]),
      rows: 2,
      seed: 0,
    });
    expect([...served.models.keys()]).toEqual([path.basename(folder), "p"]);
    expect(served.context).toBe(512);
    await served.close();
  });

  test("of another family is refused, and so is none", async () => {
    const open = (model: string, adapters?: Map<string, string>): Promise<unknown> => openModels({ model, adapters, rows: 2, seed: 0 }); // prettier-ignore
    await expect(open(path.join(folder, "nothing"))).rejects.toThrow("neither a folder with a model");
    await expect(open(folder, new Map([["p", folder]]))).rejects.toThrow("adapter_config.json");
    const other = fs.mkdtempSync(`${folder}-`);
    fs.cpSync(folder, other, { recursive: true });
    writeJson(path.join(other, "tokenizer_config.json"), { chat_template: "{{ messages }}" });
    await expect(open(other)).rejects.toThrow("its chat template is none of Waymark's");
    fs.rmSync(other, { recursive: true });
  });
});

describe("the command", () => {
  test.each([
    [[], "--model RUN|FOLDER is missing"],
    [["--model", "x", "--port", "web"], "--port web: a whole number"],
    [["--model", "x", "--rows", "0"], "--rows 0: a whole number of 1 or more"],
    [["--model", folder, "--adapter", "planner"], "--adapter planner: NAME=FOLDER"],
    [["--modle", "x"], "--modle"],
  ])("%j is refused", async (args, message) => {
    await expect(runServe(args)).rejects.toThrow(message);
  });
});
