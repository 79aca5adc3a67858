import { expect, test } from "vitest";
import { besidePaper, type OwnResult } from "./beside-paper.ts";

const own: OwnResult[] = [
  { arm: "KnowSelf", success: { value: 0.6125, low: 0.58, high: 0.64 }, knowledge: 0.2 },
  { arm: "base", success: { value: 0.3, low: 0.25, high: 0.35 } },
];

test("the paper's values and ours stand in columns of their own, and every head says whose they are", () => {
  const pairs = [
    { paper: "KnowSelf", here: "KnowSelf" },
    { paper: "ETO", here: null },
    { paper: null, here: "base" },
  ];
  const table = besidePaper({ pairs, own });
  expect(table[0]).toEqual({
    "paper's method": "KnowSelf",
    "our arm": "KnowSelf",
    "success %, paper (Llama-3.1-8B)": "84.33",
    "success %, here (embedded student)": "61.3 (58.0–64.0)",
    "Know%, paper": "15.01",
    "Know%, here": "20.0",
    "the paper's row": "arXiv 2504.03553, main results",
  });
  expect(Object.values(table[1]).slice(0, 6)).toEqual(["ETO", "–", "78.36", "–", "0.00", "–"]);
  expect(table[1]["the paper's row"]).toContain("denominator");
  expect(Object.values(table[2])).toEqual(["–", "base", "–", "30.0 (25.0–35.0)", "–", "–", "–"]);
});

test("another model; what neither the paper nor we have is an error", () => {
  const [row] = besidePaper({ pairs: [{ paper: "KnowSelf", here: null }], own, model: "Gemma-2-2b-it" });
  expect(row["success %, paper (Gemma-2-2b-it)"]).toBe("79.85");
  expect(() => besidePaper({ pairs: [{ paper: "Kwai", here: null }], own })).toThrow('no row "Kwai"');
  expect(() => besidePaper({ pairs: [{ paper: null, here: "sft" }], own })).toThrow('no result of ours for "sft"');
});
