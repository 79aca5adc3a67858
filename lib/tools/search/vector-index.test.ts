import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { createRandom, UserError } from "../../base/index.ts";
import { VectorIndex, type Embed } from "./vector-index.ts";

/** Each word has its own random direction: texts are near where they share words. */
const embed: Embed = (texts) =>
  Promise.resolve(
    texts.map((text) => {
      const sum = new Array<number>(64).fill(0);
      for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
        let seed = 7;
        for (const character of word) seed = (seed * 31 + character.charCodeAt(0)) % 65_521;
        const random = createRandom(seed, "embed");
        for (let i = 0; i < 64; i++) sum[i] += random.next() - 0.5;
      }
      return sum;
    }),
  );
const passages = Array.from({ length: 600 }, (_, i) => ({
  id: `${i}`,
  title: `Town ${i}`,
  text: `place${i} river${i % 7}`,
}));

it("finds passages by vectors in LanceDB", async (context) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vectors-"));
  let index: VectorIndex;
  try {
    index = await VectorIndex.build(passages, embed, folder);
  } catch (error) {
    if (error instanceof UserError) return context.skip(error.message);
    throw error;
  }
  for (const place of [0, 255, 256, 599]) {
    const hits = await index.search(`town ${place} place${place} river${place % 7}`, 3);
    expect(hits[0].passage.id).toBe(String(place));
    expect(hits).toHaveLength(3);
  }
});

it("says how to install LanceDB where it is absent, and refuses an embedding that loses texts", async () => {
  const absent = () => Promise.reject(new UserError("search by vectors needs LanceDB"));
  await expect(VectorIndex.build(passages, embed, "unused", absent)).rejects.toThrow("needs LanceDB");
  await expect(VectorIndex.build([], embed, "unused")).rejects.toThrow(UserError);
});
