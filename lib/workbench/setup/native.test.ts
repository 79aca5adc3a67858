import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vm from "node:vm";
import { describe, expect, it } from "vitest";
import { bindingStep } from "./binding.mjs";
import { projectRoot } from "./context.mjs";
import { engineStep, withoutRemovedHelpers } from "./engine.mjs";
import { fakeProject, type FakeProject } from "./fakes.ts";
import { libraryStep } from "./library.mjs";

const ignore = () => {};
const npmPackage = "node_modules/@tensorflow/tfjs-node-gpu";
const library = ".native/cpu-2.18.1";

/** A project whose `.venv` has this Python. */
function withVenv(python: string): FakeProject {
  const project = fakeProject();
  project.write(".venv/bin/python", `#!/bin/sh\n${python}\n`);
  fs.chmodSync(path.join(project.root, ".venv/bin/python"), 0o755);
  project.write(`${npmPackage}/package.json`, '{"version":"4.22.0"}');
  return project;
}

describe("the library", () => {
  const download =
    "/bin/mkdir -p wheels_made; while [ $# -gt 0 ]; do [ $1 = -d ] && /bin/mkdir -p $2 && echo wheel > $2/one.whl; shift; done";

  it("appears whole, with its marker, or not at all", async () => {
    const step = libraryStep("cpu");
    const project = withVenv(
      `case "$1" in -m) ${download} ;; *) /bin/mkdir -p "$3/lib" && echo so > "$3/lib/libtensorflow_cc.so.2" ;; esac`,
    );
    expect(step.isDone(project)).toBe(false);
    await step.run(project, ignore);
    expect(step.isDone(project)).toBe(true);
    expect(fs.readdirSync(path.join(project.root, library)).sort()).toEqual(["complete.json", "lib"]);
    expect(fs.readdirSync(path.join(project.root, ".native"))).toEqual(["cpu-2.18.1"]);
  });

  it("is refused where a wheel has another hash", async () => {
    const step = libraryStep("cpu");
    const project = withVenv(
      `echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2; exit 1`,
    );
    await expect(step.run(project, ignore)).rejects.toThrow(
      "Downloading the TensorFlow library failed because a downloaded package does not match its locked hash: ",
    );
    expect(step.isDone(project)).toBe(false);
    expect(project.exists(library)).toBe(false);
  });

  it("offers plain JavaScript where the cause is unknown", async () => {
    await expect(libraryStep("cpu").run(withVenv("exit 3"), ignore)).rejects.toThrow("npm run setup -- --js");
  });

  it("is unpacked from a wheel: libraries, C headers, NVIDIA's libraries, nothing else", () => {
    const { root } = fakeProject();
    const wheel = path.join(root, "one.whl");
    const names = [
      "tensorflow/libtensorflow_cc.so.2",
      "tensorflow/libtensorflow_framework.so.2",
      "tensorflow/python/_big.so",
      "tensorflow/include/tensorflow/c/c_api.h",
      "tensorflow/include/tensorflow/c/c_api.cc",
      "tensorflow/include/unused/other.h",
      "nvidia/cublas/lib/libcublas.so.12",
      "nvidia/cublas/include/cublas.h",
      "nvidia/cuda_nvcc/bin/ptxas",
    ];
    const make =
      "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z:\n    for n in sys.argv[2:]: z.writestr(n, n)";
    execFileSync("python3", ["-c", make, wheel, ...names]);
    execFileSync("python3", [
      path.join(projectRoot, "lib/workbench/setup/unpack_wheel.py"),
      wheel,
      path.join(root, "out"),
    ]);
    const files = fs
      .readdirSync(path.join(root, "out"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile());
    expect(
      files.map((file) => path.relative(path.join(root, "out"), path.join(file.parentPath, file.name))).sort(),
    ).toEqual([
      "include/tensorflow/c/c_api.h",
      "lib/libtensorflow_cc.so.2",
      "lib/libtensorflow_framework.so.2",
      "nvidia/cublas/lib/libcublas.so.12",
      "nvidia/cuda_nvcc/bin/ptxas",
    ]);
    expect(fs.statSync(path.join(root, "out/nvidia/cuda_nvcc/bin/ptxas")).mode & 0o111).not.toBe(0);
  });
});

describe("the binding", () => {
  const writesOutput = 'while [ $# -gt 0 ]; do [ "$1" = -o ] && echo binding > "$2"; shift; done';
  const step = bindingStep("cpu");

  function withLibrary(python: string): FakeProject {
    const project = withVenv(python);
    project.write(`${library}/complete.json`, "{}");
    return project;
  }

  it("is compiled with the first compiler that works", async () => {
    const project = withLibrary("exit 1");
    project.tool("g++", "echo 'fatal error: string: No such file' >&2; exit 1");
    project.tool("c++", writesOutput);
    expect(step.isDone(project)).toBe(false);
    expect(await step.run(project, ignore)).toBe("compiled with c++");
    expect(step.isDone(project)).toBe(true);
    expect(project.read(`${library}/tfjs_binding-4.22.0.node`)).toBe("binding\n");
  });

  it("is compiled with CXX and its options before any other", async () => {
    const project = withLibrary("exit 1");
    project.tool("g++", "exit 1");
    project.tool("mine", `[ "$1" = --fast ] || exit 1; ${writesOutput}`);
    project.env.CXX = "mine --fast";
    expect(await step.run(project, ignore)).toBe("compiled with mine --fast");
  });

  it("is compiled with a fetched compiler where there is none, which is removed again", async () => {
    const project = withLibrary(
      `case "$2" in pip) while [ $# -gt 0 ]; do [ $1 = --target ] && /bin/mkdir -p $2; shift; done ;; ziglang) ${writesOutput} ;; esac`,
    );
    expect(await step.run(project, ignore)).toBe("compiled with ziglang");
    expect(step.isDone(project)).toBe(true);
    expect(fs.readdirSync(path.join(project.root, ".native"))).toEqual(["cpu-2.18.1"]);
  });

  it("says what to do where no compiler is here and none can be fetched", async () => {
    const project = withLibrary("echo 'No matching thing' >&2; exit 1");
    await expect(step.run(project, ignore)).rejects.toThrow(
      "No C++ compiler works here, and fetching one failed because the tool failed (exit code 1): " +
        "install g++ or clang++ and start again, or use plain JavaScript with npm run setup -- --js (log: .setup/compiler.log).",
    );
  });
});

describe("the engine", () => {
  const step = engineStep("cpu");

  function ready(tryEngine: string): FakeProject {
    const project = withVenv("exit 1");
    project.write(`${library}/tfjs_binding-4.22.0.node`, "binding");
    project.write(`${npmPackage}/dist/nodejs_kernel_backend.js`, "if ((0, util_1.isArray)(x)) y;");
    project.write(`${npmPackage}/dist/kernels/TopK.js`, "(0, util_1.isNullOrUndefined)(x);");
    project.write("lib/workbench/setup/try-engine.mjs", tryEngine);
    return project;
  }

  it("is linked, patched, tried and then remembered", async () => {
    const project = ready('console.log("engine:it computes")');
    expect(await step.run(project, ignore)).toBe("it computes");
    expect(step.isDone(project)).toBe(true);
    expect(JSON.parse(project.read(".setup/engine.json"))).toEqual({ engine: "cpu", tensorflow: "2.18.1" });
    expect(fs.readlinkSync(path.join(project.root, npmPackage, "deps"))).toBe("../../../.native/cpu-2.18.1");
    expect(project.read(`${npmPackage}/lib/napi-v8/tfjs_binding.node`)).toBe("binding");
    expect(project.read(`${npmPackage}/dist/nodejs_kernel_backend.js`)).toBe("if (Array.isArray(x)) y;");
  });

  it("is linked again where npm has replaced the package, the binding is newer or the other engine was chosen", async () => {
    const project = ready('console.log("engine:it computes")');
    await step.run(project, ignore);
    fs.rmSync(path.join(project.root, npmPackage, "lib"), { recursive: true });
    expect(step.isDone(project)).toBe(false);
    await step.run(project, ignore);
    expect(step.isDone(project)).toBe(true);
    project.write(`${library}/tfjs_binding-4.22.0.node`, "a newer binding");
    expect(step.isDone(project)).toBe(false);
    await step.run(project, ignore);
    await engineStep("js").run(project, ignore);
    expect(step.isDone(project)).toBe(false);
    expect(engineStep("js").isDone(project)).toBe(true);
  });

  it("is not ready where it crashes, and an old processor is named as the cause", async () => {
    const project = ready('process.kill(process.pid, "SIGILL"); setTimeout(() => {}, 1e6);');
    await expect(step.run(project, ignore)).rejects.toThrow("TensorFlow needs a processor with AVX instructions");
    expect(step.isDone(project)).toBe(false);
  });

  it("answers like the removed helpers of node:util", () => {
    const source = "[(0, util_1.isNullOrUndefined)(a), (0, util_1.isArray)(a)]";
    const answer = (a: unknown) => vm.runInNewContext(withoutRemovedHelpers(source), { a, Array }) as boolean[];
    expect([null, undefined, 0, [], "x"].map((a) => [...answer(a)])).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [false, true],
      [false, false],
    ]);
  });
});
