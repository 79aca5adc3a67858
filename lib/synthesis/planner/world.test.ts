import fc from "fast-check";
import { expect, test } from "vitest";
import {
  calculate,
  createWorld,
  namesOf,
  readEmail,
  readEvent,
  readFact,
  RELATIONS,
  relationNamed,
  SPLITS,
  worldDocuments,
  worldFiles,
  worldOf,
} from "./index.ts";
import { NAMED_KINDS } from "./names.ts";
import { holdsValue } from "./understand.ts";

const world = createWorld({ seed: 3, split: "train" });

test("equal seeds give equal worlds, others give others, and every relation leads to a thing of the right kind", () => {
  const again = createWorld({ seed: 3, split: "train" });
  const other = createWorld({ seed: 4, split: "train" });
  expect(worldDocuments(again)).toEqual(worldDocuments(world));
  expect(worldDocuments(other)).not.toEqual(worldDocuments(world));
  for (const relation of RELATIONS) {
    const subjects = relation.of === "user" ? ["the user"] : world.things[relation.of];
    for (const subject of subjects) {
      const value = world.value(subject, relation);
      const [least, most] = relation.range ?? [0, 0];
      if (relation.value === "number") expect(Number(value) >= least && Number(value) <= most).toBe(true);
      else if (relation.value === "date") expect(value).toMatch(/^2026-\d\d-\d\d$/);
      else if (relation.value === "text") expect(value).toMatch(/^[a-z.]+@example\.com$/);
      else expect(world.kindOf(value)).toBe(relation.value);
      expect(value).not.toBe(subject);
    }
  }
  expect(worldDocuments(worldOf({ seed: 3, split: "train" }))).toEqual(worldDocuments(world));
  expect(worldOf({ seed: "3", split: "train" })).toBe(worldOf({ seed: "3", split: "train" }));
  expect(() => world.value("Nobody", RELATIONS[0])).toThrow("does not know the birthplace of Nobody");
  expect(() => createWorld({ seed: 0, split: "dev" as "test" })).toThrow('split "dev"');
});

test("no name of one split is one of another, and each split has enough", () => {
  for (const kind of NAMED_KINDS) {
    const all = SPLITS.flatMap((split) => namesOf(kind, split));
    expect(new Set(all).size).toBe(all.length);
    for (const split of SPLITS) {
      const { things } = createWorld({ seed: 0, split });
      expect(new Set(things[kind]).size).toBe(createWorld({ seed: 1, split }).things[kind].length);
    }
  }
});

test("documents hold the settled facts, and what changes only where asked for", () => {
  const [document] = worldDocuments(world).filter(({ id }) => id.startsWith("place/"));
  const population = world.value(document.title, relationNamed("population"));
  expect(document.text).toContain(`The population of ${document.title} is ${population}.`);
  expect(document.text).not.toContain("current mayor");
  expect(worldDocuments(world, { changing: true }).find(({ id }) => id === document.id)?.text).toContain(
    "current mayor",
  );
  expect(worldDocuments(world).some(({ text }) => text.includes("@"))).toBe(false);
});

test("the computer has as many files as the world says", () => {
  const files = Object.keys(worldFiles(world));
  for (const folder of world.things.folder) {
    const names = files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1));
    const hidden = names.filter((name) => name.startsWith("."));
    expect(String(hidden.length)).toBe(world.value(folder, relationNamed("hidden_count")));
    expect(String(names.length - hidden.length)).toBe(world.value(folder, relationNamed("file_count")));
  }
});

test("facts are read from free words; of a chain the one beside its name", () => {
  const [ada] = world.things.person;
  const [town] = world.things.place;
  const fact = (task: string) => {
    const found = readFact(task, world);
    return found && `${found.relation.name}/${found.subject}`;
  };
  expect(fact(`Find the birthplace of ${ada}.`)).toBe(`birthplace/${ada}`);
  expect(fact(`Where is ${ada.toUpperCase()}'s birthplace?`)).toBe(`birthplace/${ada}`);
  expect(fact(`Search for the current mayor of the birthplace of ${ada}`)).toBe(`birthplace/${ada}`);
  expect(fact(`Who is mayor of ${town}?`)).toBe(`mayor/${town}`);
  expect(fact("Ask: what is your home town?")).toBe("home_town/the user");
  expect(fact("Find the mayor of Atlantis.")).toBeNull();
  expect(fact(`Find ${ada}.`)).toBeNull();
  expect(fact(`Find the population of ${ada}.`)).toBeNull();
});

test("entries and e-mails are read from free words", () => {
  expect(readEvent('Add "Kite Day" on 2026-03-04 to the calendar.')).toEqual({ title: "Kite Day", date: "2026-03-04" });
  expect(readEvent("Create Kite Day on 2026-03-04")).toEqual({ title: "Kite Day", date: "2026-03-04" });
  expect(readEvent('Add "Kite Day" soon')).toBeNull();
  expect(readEmail("Send an e-mail to a.b@example.com: See you.")).toEqual({ to: "a.b@example.com", body: "See you." });
  expect(readEmail("Send an e-mail to Ada: See you.")).toBeNull();
});

test("values are found as whole words, and numbers as numbers", () => {
  expect(holdsValue("It is Oakford.", "oakford")).toBe(true);
  expect(holdsValue("It is Oakfordshire.", "Oakford")).toBe(false);
  expect(holdsValue("It is 117.", "17")).toBe(false);
  expect(holdsValue("It is 2.16523780.", "2.1652")).toBe(true);
  expect(holdsValue("It is 2.2.", "2.1652")).toBe(false);
});

test("calculations", () => {
  expect(calculate("Calculate (88 + 46 + 70) / 3.")).toBe(68);
  expect(calculate("Calculate 2 ^ 3 ^ 2.")).toBe(512);
  expect(calculate("Calculate 10 - 2 - 3.")).toBe(5);
  expect(calculate("Raise it: 25 raised to the power of 0.24")).toBeCloseTo(2.165237809112449, 12);
  expect(calculate("Calculate the average of the numbers 88, 46, 70, 81, and 90.")).toBe(75);
  expect(calculate("the difference between 7 and 10")).toBe(3);
  for (const none of ["Calculate it.", "Calculate 5.", "Calculate (1 + .", "Calculate 1 / 0.", "Calculate 3 + + 4."])
    expect(calculate(none)).toBeNull();
  const number = fc.nat({ max: 10_000 });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 1, max: 99 }), (a, b, c) => {
      expect(calculate(`Calculate ${a} + ${b} * ${c}.`)).toBe(a + b * c);
      expect(calculate(`Calculate (${a} - ${b}) / ${c}.`)).toBe((a - b) / c);
    }),
  );
});
