import { describe, expect, it } from "vitest";
import { chooseEngine, rememberChoice } from "./choice.mjs";
import { fakeProject } from "./fakes.ts";
import { checkDisk, checkNode, compareVersions, hasNvidiaDriver, nativeObstacle } from "./machine.mjs";

const linux = { platform: "linux", arch: "x64", glibc: "2.36" };
const mac = { platform: "darwin", arch: "arm64", glibc: null };

describe("versions", () => {
  it("are compared number by number", () => {
    expect(compareVersions("3.10", "3.9")).toBeGreaterThan(0);
    expect(compareVersions("2.17", "2.17.0")).toBe(0);
    expect(compareVersions("2.9", "2.17")).toBeLessThan(0);
  });

  it.each(["20.19.0", "20.20.2", "22.12.0", "22.23.3", "24.9.0", "26.0.0"])("Node %s is enough", (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });

  it.each(["16.20.2", "18.20.4", "20.18.3", "21.7.0", "22.11.0"])("Node %s is refused", (version) => {
    expect(() => checkNode(version)).toThrow(
      `Waymark needs Node 20.19, 22.12, 24 or newer, this is ${version}: install a newer Node and start again.`,
    );
  });
});

describe("the machine", () => {
  it("has native TensorFlow on Linux x86-64 with glibc 2.17 or newer only", () => {
    expect(nativeObstacle(linux)).toBeNull();
    expect(nativeObstacle({ ...linux, glibc: "2.17" })).toBeNull();
    expect(nativeObstacle({ ...linux, glibc: "2.9" })).toContain("needs glibc 2.17 or newer, this is 2.9");
    expect(nativeObstacle({ ...linux, glibc: null })).toContain("musl");
    expect(nativeObstacle({ ...linux, arch: "arm64" })).toContain("this is Linux arm64");
    expect(nativeObstacle(mac)).toContain("this is macOS arm64");
  });

  it("says how much disk space is missing", () => {
    expect(checkDisk("/here", 2.5, () => 3e9)).toBe(3);
    expect(() => checkDisk("/here", 2.5, () => 1.24e9)).toThrow(
      "Set-up needs 2.5 GB of disk space but only 1.2 GB are free in /here: free some space and start again.",
    );
  });

  it("has an NVIDIA driver where its library or its tool is", () => {
    const only = (file: string) => (asked: unknown) => asked === file;
    expect(hasNvidiaDriver({ PATH: "/a" }, () => false)).toBe(false);
    expect(hasNvidiaDriver({ PATH: "/a" }, only("/usr/lib/wsl/lib/libcuda.so.1"))).toBe(true);
    expect(hasNvidiaDriver({ PATH: "/a:/b" }, only("/b/nvidia-smi"))).toBe(true);
  });
});

describe("the engine", () => {
  it("is the CPU where nothing is chosen, and plain JavaScript with a warning where that cannot be", () => {
    const { root } = fakeProject();
    expect(chooseEngine(root, () => linux, null)).toEqual({ engine: "cpu", warning: null });
    const { engine, warning } = chooseEngine(root, () => mac, null);
    expect(engine).toBe("js");
    expect(warning).toContain("Training will be slow");
  });

  it("is refused by name where it was asked for and cannot be", () => {
    const { root } = fakeProject();
    expect(() => chooseEngine(root, () => mac, "gpu")).toThrow(
      "--gpu is not possible here, native TensorFlow is set up on Linux x86-64 only, this is macOS arm64: " +
        "use npm run setup -- --js, which is slow but works everywhere.",
    );
    expect(chooseEngine(root, () => mac, "js").engine).toBe("js");
  });

  it("stays the one chosen, also where set-up was interrupted, until another is asked for", () => {
    const { root } = fakeProject();
    rememberChoice(root, "gpu");
    expect(chooseEngine(root, () => linux, null).engine).toBe("gpu");
    expect(chooseEngine(root, () => linux, "cpu").engine).toBe("cpu");
  });

  it("is known from a finished set-up where no choice is kept", () => {
    const project = fakeProject();
    project.write(".setup/engine.json", '{"engine":"js"}');
    expect(chooseEngine(project.root, () => linux, null).engine).toBe("js");
  });
});
