import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "./context.mjs";
import { extraSteps } from "./extras.mjs";
import { fakeProject, pythonAnswer, pythonWithPip } from "./fakes.ts";
import { setupSteps } from "./steps.mjs";

const ignore = () => {};

describe("environments that are asked for", () => {
  it("are no part of the default install", () => {
    const titles = (["cpu", "gpu", "js"] as const).flatMap((engine) => setupSteps(engine).map(({ title }) => title));
    for (const { title } of Object.values(extraSteps)) expect(titles).not.toContain(title);
  });

  it("DeepSpeed's installs torch by version, then everything else by hash", async () => {
    const project = fakeProject();
    project.tool("python3", pythonWithPip('echo "$@" >> arguments.txt'));
    expect(extraSteps.deepspeed.isDone(project)).toBe(false);
    await extraSteps.deepspeed.run(project, ignore);
    expect(extraSteps.deepspeed.isDone(project)).toBe(true);
    expect(project.exists(".venv-deepspeed/bin/python")).toBe(true);
    expect(project.exists(".venv")).toBe(false);
    const [first, second] = project.read("arguments.txt").split("\n");
    expect(first).toMatch(/^-m pip install -r .*torch\.txt$/);
    expect(second).toMatch(/^-m pip install --require-hashes --no-deps -r .*deepspeed\.txt$/);
  });

  it("is done again where either list has changed", async () => {
    const project = fakeProject();
    project.tool("python3", pythonWithPip(":"));
    await extraSteps.deepspeed.run(project, ignore);
    const list = "lib/workbench/setup/requirements/torch.txt";
    project.write(list, `${project.read(list)}\n`);
    expect(extraSteps.deepspeed.isDone(project)).toBe(false);
  });

  it("Ray's lies beside it, and needs a Python that its packages are for", async () => {
    const project = fakeProject();
    project.tool("python3", pythonAnswer("3.9.1"));
    await expect(extraSteps.ray.run(project, ignore)).rejects.toThrow("Ray needs Python 3.10 or newer, this is 3.9.1");
    project.tool("python3", pythonWithPip(":"));
    await extraSteps.ray.run(project, ignore);
    expect(project.exists(".venv-ray/bin/python")).toBe(true);
  });

  it("have locks with a hash for every package, and without torch and its GPU libraries", () => {
    for (const name of ["deepspeed", "ray"]) {
      const file = path.join(projectRoot, "lib/workbench/setup/requirements", `${name}.txt`);
      const packages = fs.readFileSync(file, "utf8").match(/^[a-z][^\n]*==[^]*?(?=\n[a-z]|$(?![^]))/gm) ?? [];
      expect(packages.length).toBeGreaterThan(15);
      for (const text of packages) expect(text).toContain("--hash=sha256:");
      expect(packages.filter((text) => /^(torch|triton|nvidia|cuda)/.test(text))).toEqual([]);
    }
  });
});
