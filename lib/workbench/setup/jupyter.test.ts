import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { fakeProject, pythonAnswer, pythonWithPip } from "./fakes.ts";
import { jupyterStep } from "./jupyter.mjs";
import { findPython } from "./python.mjs";

const ignore = () => {};

describe("finding a Python", () => {
  it("takes the first that is new enough and can make virtual environments", async () => {
    const project = fakeProject();
    project.tool("python3", pythonAnswer("3.8.18"));
    project.tool("python", "echo 'Python 2.7.18' >&2; exit 2");
    project.tool("python3.13", pythonAnswer("3.13.0", false));
    project.tool("python3.11", pythonAnswer("3.11.7"));
    expect(await findPython(project)).toEqual({ command: "python3.11", version: "3.11.7", venv: true });
  });

  it("takes the user's own choice before all others", async () => {
    const project = fakeProject();
    project.tool("python3", pythonAnswer("3.11.7"));
    project.tool("mine", pythonAnswer("3.12.0"));
    project.env.PYTHON = "mine";
    expect((await findPython(project)).command).toBe("mine");
  });

  it("says that there is none", async () => {
    const project = fakeProject();
    await expect(findPython(project)).rejects.toThrow(
      "The notebooks need Python, and none was found on the PATH: " +
        "install Python 3.9 or newer, or name one in the environment variable PYTHON, and start again.",
    );
    project.env.PYTHON = "/no/such/python";
    await expect(findPython(project)).rejects.toThrow(
      "none was found as /no/such/python (environment variable PYTHON): install",
    );
  });

  it("says that it is too old", async () => {
    const project = fakeProject();
    project.tool("python3", pythonAnswer("3.8.18"));
    await expect(findPython(project)).rejects.toThrow(
      "The notebooks need Python 3.9 or newer, this is 3.8.18: install",
    );
  });

  it("says that the venv module is missing, and which package has it", async () => {
    const project = fakeProject();
    project.tool("python3", pythonAnswer("3.11.2", false));
    await expect(findPython(project)).rejects.toThrow(
      "Python 3.11.2 cannot make virtual environments because its venv module is missing: " +
        "install it (on Debian and Ubuntu: sudo apt install python3.11-venv) and start again.",
    );
  });
});

describe("the virtual environment", () => {
  it("is done once pip has installed the locked list, and not before", async () => {
    const project = fakeProject();
    project.tool("python3", pythonWithPip('echo "$@" > arguments.txt'));
    expect(jupyterStep.isDone(project)).toBe(false);
    expect(await jupyterStep.run(project, ignore)).toBe("Python 3.12.1");
    expect(jupyterStep.isDone(project)).toBe(true);
    expect(project.read("arguments.txt")).toContain("install --require-hashes --no-deps -r");
  });

  it("is done again where the list has changed, the folder was moved or the Python is gone", async () => {
    const project = fakeProject();
    project.tool("python3", pythonWithPip(":"));
    await jupyterStep.run(project, ignore);

    const moved = fakeProject();
    fs.cpSync(project.root, moved.root, { recursive: true });
    expect(jupyterStep.isDone(moved)).toBe(false);

    const list = "lib/workbench/setup/requirements/jupyter.txt";
    const text = project.read(list);
    project.write(list, `${text}\n`);
    expect(jupyterStep.isDone(project)).toBe(false);
    project.write(list, text);
    expect(jupyterStep.isDone(project)).toBe(true);

    fs.rmSync(`${project.root}/.venv/bin/python`);
    expect(jupyterStep.isDone(project)).toBe(false);
  });

  it("names an unreachable registry, keeps pip's log, and starts anew the next time", async () => {
    const project = fakeProject();
    const refused = "NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused";
    project.tool("python3", pythonWithPip(`echo '${refused}' >&2; echo half > .venv/half; exit 1`));
    await expect(jupyterStep.run(project, ignore)).rejects.toThrow(
      "Installing JupyterLab into .venv failed because the package registry cannot be reached: " +
        "check the network, HTTPS_PROXY or the registry settings of npm and pip, and start again (log: .setup/jupyter.log).",
    );
    expect(project.read(".setup/jupyter.log")).toContain(refused);
    expect(jupyterStep.isDone(project)).toBe(false);

    project.tool("python3", pythonWithPip(":"));
    await jupyterStep.run(project, ignore);
    expect(project.exists(".venv/half")).toBe(false);
    expect(jupyterStep.isDone(project)).toBe(true);
  });
});
