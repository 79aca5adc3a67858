import { describe, expect, it } from "vitest";
import { fakeProject, type FakeProject } from "./fakes.ts";
import { matchesLock, packagesStep } from "./packages.mjs";

const ignore = () => {};
const lock = {
  packages: { "": {}, "node_modules/a": { version: "1.0.0" }, "node_modules/@b/c": { version: "2.0.0" } },
};

function withLock(npm: string): FakeProject {
  const project = fakeProject();
  project.write("package-lock.json", JSON.stringify(lock));
  project.write("installed.json", JSON.stringify({ packages: { ...lock.packages, "": undefined } }));
  project.tool("npm", npm);
  return project;
}

describe("npm packages", () => {
  it("match the lock file where every version is there; optional ones may be absent", () => {
    const wanted = {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "2.0.0", optional: true },
    };
    expect(matchesLock(wanted, { "node_modules/a": { version: "1.0.0" } })).toBe(true);
    expect(matchesLock(wanted, { "node_modules/a": { version: "1.0.1" } })).toBe(false);
    expect(matchesLock(wanted, { "node_modules/b": { version: "2.0.0" } })).toBe(false);
    expect(
      matchesLock(wanted, { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "3.0.0" } }),
    ).toBe(false);
  });

  it("are installed by the lock file without install scripts, and are then done", async () => {
    const project = withLock(
      'echo "$@" > arguments.txt; /bin/mkdir node_modules && /bin/cp installed.json node_modules/.package-lock.json',
    );
    expect(packagesStep.isDone(project)).toBe(false);
    expect(await packagesStep.run(project, ignore)).toBe("2 packages");
    expect(packagesStep.isDone(project)).toBe(true);
    expect(project.read("arguments.txt")).toMatch(/^ci --ignore-scripts /);
  });

  it.each([
    ["npm error code ENOTFOUND", "the package registry cannot be reached"],
    ["npm error code EINTEGRITY", "a downloaded package does not match its locked hash"],
    ["npm error nospc ENOSPC: no space left on device", "the disk is full"],
    ["npm error code E401", "the package registry or proxy refuses access"],
    ["npm error code SELF_SIGNED_CERT_IN_CHAIN", "the registry's certificate is not trusted"],
    ["npm error something else", "the tool failed (exit code 7)"],
  ])("'%s' is told as: %s", async (said, cause) => {
    const project = withLock(`echo '${said}' >&2; exit 7`);
    const failure = packagesStep.run(project, ignore);
    await expect(failure).rejects.toThrow(`Installing the npm packages failed because ${cause}: `);
    await expect(failure).rejects.toThrow(/ start again.* \(log: \.setup\/npm\.log\)\.$/);
    expect(project.read(".setup/npm.log")).toContain(said);
    expect(packagesStep.isDone(project)).toBe(false);
  });
});
