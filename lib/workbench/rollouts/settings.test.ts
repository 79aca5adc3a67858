import { expect, it } from "vitest";
import { runnerSchema } from "./settings.ts";

it.each([
  ["local", { kind: "local" }],
  ["ray", { kind: "ray" }],
  [
    { kind: "ray", address: "head:6379", workers: 32 },
    { kind: "ray", address: "head:6379", workers: 32 },
  ],
])("reads %j", (value, expected) => {
  expect(runnerSchema.parse(value)).toEqual(expected);
});

it.each(["slurm", { kind: "local", address: "head:6379" }, { kind: "ray", workers: 0 }, 3])("refuses %j", (value) => {
  expect(runnerSchema.safeParse(value).success).toBe(false);
});
