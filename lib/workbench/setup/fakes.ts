/** A temporary repository with stand-ins for the tools of set-up, for its tests. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { projectRoot, type Context } from "./context.mjs";

export interface FakeProject extends Context {
  /** Puts a shell script of this name on the PATH. */
  tool(name: string, script: string): void;
  /** Writes a file below the root. */
  write(file: string, text: string): void;
  read(file: string): string;
  exists(file: string): boolean;
}

/** Set-up's own files are there, nothing is installed, and the PATH holds only what the test puts there. */
export function fakeProject(engine: Context["engine"] = "cpu"): FakeProject {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "waymark-setup-")));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const at = (file: string) => path.join(root, file);
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true });
    fs.writeFileSync(at(file), text);
  };
  fs.cpSync(path.join(projectRoot, "lib/workbench/setup/requirements"), at("lib/workbench/setup/requirements"), {
    recursive: true,
  });
  fs.mkdirSync(at("bin"));
  return {
    root,
    engine,
    env: { PATH: at("bin") },
    write,
    tool: (name, script) => {
      write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
      fs.chmodSync(at(`bin/${name}`), 0o755);
    },
    read: (file) => fs.readFileSync(at(file), "utf8"),
    exists: (file) => fs.existsSync(at(file)),
  };
}

/** What set-up's question about a Python is answered with. */
export const pythonAnswer = (version: string, venv = true) => `echo 'python:${JSON.stringify({ version, venv })}'`;

/** A Python whose `-m venv` copies it into .venv; `pip` is the shell script that its `-m pip` runs. */
export const pythonWithPip = (pip: string) => `
case "$1 $2" in
  "-c "*) ${pythonAnswer("3.12.1")} ;;
  "-m venv") /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python" ;;
  "-m pip") ${pip} ;;
esac`;
