import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeJson } from "../../base/index.ts";
import { createHouseholdGenerator, PlacementPrior } from "../../environments/index.ts";
import type { RolloutPlan } from "./plan.ts";
import { teacherPlayer } from "./players.ts";
import { rayPython } from "./ray.ts";
import { rollOut } from "./roll-out.ts";
import type { RunnerSettings } from "./settings.ts";
import { startWorkers } from "./start-workers.ts";

const TASKS = 20_000;
const MARKS = [2_000, 10_000, 20_000];

/** Episodes a second of the scripted teacher with one and two workers, memory on the way, and whether results are equal. */
export default async function bench(): Promise<{
  readonly title: string;
  readonly rows: readonly Record<string, string | number>[];
  readonly note?: string;
}> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rollouts-bench-"));
  try {
    const source = createHouseholdGenerator({ seed: 0, split: "train" });
    const prior = path.join(folder, "prior.json");
    writeJson(prior, PlacementPrior.fromGames(Array.from({ length: 500 }, (_, index) => source.game(index))));
    const runners: RunnerSettings[] = [1, 2].map((workers) => ({ kind: "local", workers }));
    if (rayPython() !== null) runners.push(...[1, 2].map((workers): RunnerSettings => ({ kind: "ray", workers })));
    const rows = [];
    const hashes = new Set<string>();
    for (const runner of runners) {
      const { row, hash } = await measure(runner, prior, path.join(folder, `${runner.kind}-${runner.workers}`));
      rows.push(row);
      hashes.add(hash);
    }
    const equal = hashes.size === 1 ? "All results are equal, byte for byte." : "RESULTS DIFFER.";
    const ray = rayPython() === null ? " Ray is not installed here: npm run setup -- --ray" : "";
    return { title: `${TASKS} generated games, scripted teacher, steps at most 40`, rows, note: equal + ray };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  runner: RunnerSettings,
  prior: string,
  folder: string,
): Promise<{ row: Record<string, string | number>; hash: string }> {
  const ids = Array.from({ length: TASKS }, (_, index) => `generated-test-0-${index}`);
  const output = path.join(folder, "episodes.jsonl");
  const player = teacherPlayer(prior);
  const plan: RolloutPlan = {
    matches: [{ player, games: { source: "generated", ids }, output }],
    stepLimit: 40,
    seed: 0,
  };
  const memory: [string, number][] = [];
  const marks = [...MARKS];
  let [begin, end] = [0, 0];
  const record = await rollOut(plan, {
    folder,
    startWorkers: async () => {
      const workers = await startWorkers(runner);
      begin = performance.now();
      return workers;
    },
    onProgress: ({ done }) => {
      end = performance.now();
      if (done < marks[0]) return;
      memory.push([`MB at ${marks.shift()}`, Math.round(residentBytes() / 1e6)]);
    },
  });
  const row = {
    runner: runner.kind,
    workers: runner.workers!,
    "tasks/s": Math.round((1000 * TASKS) / (end - begin)),
    ...Object.fromEntries(memory),
  };
  return { row, hash: Object.values(record.files)[0] };
}

/** Resident memory of this process with its threads and, where Linux tells, of Ray's driver and Node workers. */
function residentBytes(): number {
  let bytes = process.memoryUsage().rss;
  if (!fs.existsSync("/proc/self/statm")) return bytes;
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (!/rollouts\/(worker\.ts|ray_driver\.py)/.test(command)) continue;
      bytes += Number(fs.readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096;
    } catch {
      continue; // it ended
    }
  }
  return bytes;
}
