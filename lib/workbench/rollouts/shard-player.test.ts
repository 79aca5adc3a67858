import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJson, sha256File, writeJson } from "../../base/index.ts";
import { PlacementPrior, createHouseholdGenerator, homeIn } from "../../environments/index.ts";
import { SITUATED_SPECIAL_TOKENS, trainTokenizer } from "../../labels/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { livedIn } from "../knowself/households.ts";
import type { Player } from "./plan.ts";
import { homeList, studentPlayer, teacherPlayer } from "./players.ts";
import { ShardPlayer } from "./shard-player.ts";
import { shardsOf, type ShardWork } from "./shards.ts";
import { randomPlan } from "./testing.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "shard-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const prior = path.join(folder, "prior.json");

beforeAll(() => {
  const source = createHouseholdGenerator({ seed: 1, split: "train" });
  writeJson(prior, PlacementPrior.fromGames(Array.from({ length: 50 }, (_, index) => source.game(index))));
  const words = " you see a desk 1 nothing happens go to take look";
  const tokenizer = trainTokenizer([words, words], { vocabularySize: 300, specials: SITUATED_SPECIAL_TOKENS });
  writeJson(path.join(folder, "tokenizer.json"), tokenizer);
  selectEngine("auto");
  const sizes = { hidden_size: 8, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2 }; // small for testing
  const config = { ...sizes, vocab_size: tokenizer.size, max_position_embeddings: 1024, tie_word_embeddings: true };
  const model = Llama.create(config, { seed: 1 });
  model.save(folder);
  model.dispose();
});

const work = (player: Player, games = 7): ShardWork => ({
  ...shardsOf({ ...randomPlan([games], () => ""), stepLimit: 3 })[0].work,
  player,
});
const student = () => studentPlayer({ name: "student", folder, thoughts: true, admissibleOnly: true, batch: 3 });

describe("a worker's player", () => {
  it("gives the same episodes for a shard and for its parts", async () => {
    const player = new ShardPlayer();
    for (const who of [teacherPlayer(prior), { kind: "random" } as const, student()]) {
      const whole = await player.play(work(who));
      expect(whole.map(({ task }) => task.id)).toEqual(work(who).games.ids);
      const parts = [];
      const { games, ...rest } = work(who);
      for (let from = 0; from < 7; from += 3)
        // a student's shard has whole batches
        parts.push(
          ...(await new ShardPlayer().play({
            ...rest,
            games: { source: "generated", ids: games.ids.slice(from, from + 3) },
          })),
        );
      expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
    }
  });

  it("plays in households with ways of their own, and tells a student their rules", async () => {
    const ids = Array.from({ length: 5 }, (_, i) => `generated-test-0-${i}`);
    const told = studentPlayer({ ...{ name: "student", folder, thoughts: true, admissibleOnly: false, batch: 2 }, knowledge: "always" }); // prettier-ignore
    const list = (some: readonly string[]) =>
      homeList({ rooms: { source: "generated" }, ids: some, furnished: "own ways", seed: 0, earlierGames: 6, prior });
    const play = (player: Player, some = ids) => new ShardPlayer().play({ ...work(player), games: list(some) });
    const whole = await play(told);
    expect(JSON.stringify([...(await play(told, ids.slice(0, 2))), ...(await play(told, ids.slice(2)))])).toBe(
      JSON.stringify(whole),
    );
    const rooms = createHouseholdGenerator({ seed: 0, split: "test" });
    const known = new PlacementPrior(readJson(prior));
    for (const [i, { task, turns }] of whole.entries()) {
      const home = homeIn(rooms.game(i), { prior: known, seed: 0, hasOwnWays: true });
      expect(task.id).toBe(home.game(0).id);
      const rules = livedIn(home, known, 6).rules.map(({ rule }) => rule);
      const [knowledge] = turns.flatMap((turn) => turn.knowledge ?? []);
      expect(["", ...rules]).toContain(knowledge);
    }
    expect(whole.some(({ turns }) => turns.some((turn) => turn.knowledge))).toBe(true);
    const teacher = await play(teacherPlayer(prior));
    expect(teacher.map(({ task }) => task.id)).toEqual(whole.map(({ task }) => task.id));
  });

  it("plays with no other files, engine and games than the plan was made of", async () => {
    const player = new ShardPlayer();
    const other = { ...student(), weights: "0".repeat(64) };
    await expect(player.play(work(other))).rejects.toThrow(
      `${path.join(folder, "model.safetensors")}: another file than the plan was made with (SHA-256 ` +
        sha256File(path.join(folder, "model.safetensors")),
    );
    await expect(player.play(work({ ...student(), tensorflowVersion: "1.0" }))).rejects.toThrow(
      /is to be computed by \w+ 1\.0, but this worker has/,
    );
    await expect(player.play(work({ ...student(), folder: "/nowhere" }))).rejects.toThrow(
      /nowhere.*the workers need the folder/,
    );
    const random = work({ kind: "random" });
    await expect(player.play({ ...random, games: { source: "generated", ids: ["trial_1"] } })).rejects.toThrow(
      `"trial_1" is no generated game`,
    );
  });
});
