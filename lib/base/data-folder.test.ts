import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { dataFolder, testDataFolder } from "./data-folder.ts";

let root: string;
beforeEach(() => {
  root = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "waymark-data-")), "project");
  vi.stubEnv("WAYMARK_DATA", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(path.dirname(root), { recursive: true });
});

function fill(...parts: string[]): string {
  const folder = path.join(root, ...parts);
  fs.mkdirSync(path.join(folder, "alfworld"), { recursive: true });
  return folder;
}

it("is null where nothing is there, or only an empty folder", () => {
  fs.mkdirSync(path.join(root, "data", "external"), { recursive: true });
  expect(dataFolder(root)).toBeNull();
  expect(testDataFolder(root)).toBeNull();
});

it("is data/external, for tests also the folder beside the project", () => {
  const shared = fill("..", "shared", "data");
  expect(dataFolder(root)).toBeNull();
  expect(testDataFolder(root)).toBe(shared);
  const external = fill("data", "external");
  expect(dataFolder(root)).toBe(external);
  expect(testDataFolder(root)).toBe(external);
});

it("is what WAYMARK_DATA names, and that must exist", () => {
  fill("data", "external");
  const named = fill("elsewhere");
  vi.stubEnv("WAYMARK_DATA", named);
  expect(dataFolder(root)).toBe(named);
  vi.stubEnv("WAYMARK_DATA", path.join(root, "missing"));
  expect(() => testDataFolder(root)).toThrow(/WAYMARK_DATA names .*missing, which does not exist/);
});
