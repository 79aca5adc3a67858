import { describe, expect, test } from "vitest";
import { ARM_IDS, ARMS, preferenceName, type Arm } from "./arms.ts";

const arms = Object.entries<Arm>(ARMS);
const variants = arms.flatMap(([, { sft, preference }]) => [sft, preference?.gold].flatMap((each) => each ?? []));

describe("preferenceName", () => {
  test("names the folder after stage 1, the loss and the rules of the pairs", () => {
    const names = arms.map(([id, arm]) => [id, preferenceName(arm)]).filter(([, name]) => name !== null);
    expect(Object.fromEntries(names)).toEqual({
      knowself: "self-aware-rpo_paper-rpo",
      always: "self-aware-rpo_paper-rpo",
      never: "self-aware-rpo_paper-rpo",
      "by-words": "self-aware-rpo_paper-rpo",
      "any-rule": "self-aware-rpo_paper-rpo",
      "no-knowledge": "no-knowledge-rpo_paper-rpo",
      "no-reflection": "no-reflection-rpo_paper-rpo",
      "full-knowledge": "full-knowledge-rpo_paper-rpo",
      "full-by-need": "full-by-need-rpo_paper-rpo",
      "rpo-only": "base-rpo_paper-rpo",
      dpo: "self-aware-dpo-rpo",
      eto: "gold-dpo-eto",
    });
  });

  test("arms that share a folder train the same: they differ only in how they play", () => {
    for (const [, arm] of arms) {
      const sharing = arms.filter(([, other]) => preferenceName(arm) && preferenceName(other) === preferenceName(arm));
      for (const [, { sft, preference }] of sharing) expect({ sft, preference }).toEqual({ sft: arm.sft, preference: arm.preference }); // prettier-ignore
    }
  });
});

test("variants of one name are the same variant, so that they can share a folder", () => {
  for (const variant of variants)
    for (const other of variants) if (variant.id === other.id) expect(other).toEqual(variant);
});

test("titles, which name the arms in rows and files, differ", () => {
  const slugs = arms.map(([, { title }]) => title.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
  expect(new Set(slugs).size).toBe(ARM_IDS.length);
});

test("scaling: so much of the data, alone or filled up with plain gold", () => {
  expect(ARMS["absolute-20"].sft).toEqual({ id: "absolute-20", form: "self-aware", share: 0.2, rest: "absent" });
  expect(ARMS["relative-80"].sft).toEqual({ id: "relative-80", form: "self-aware", share: 0.8, rest: "plain" });
  expect(ARM_IDS.filter((id) => /^(absolute|relative)-/.test(id))).toHaveLength(8);
});
