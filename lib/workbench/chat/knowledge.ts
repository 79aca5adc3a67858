import { playEpisode, SearchTeacher, Shopper, type Agent } from "../../agents/index.ts";
import { readJson, writeJson, type OnProgress } from "../../base/index.ts";
import {
  buildRules,
  chatRuleWriter,
  loadKnowledge,
  RULE_LIMITS,
  RuleBase,
  scriptedRuleWriter,
  type Rule,
} from "../../knowledge/index.ts";
import { householdPairs, householdTwoShot, samplePairs, shopPairs, shopTwoShot } from "../../synthesis/index.ts";
import type { StepPair, Trajectory } from "../../trajectory/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { runStage, type Manifest, type StageContext } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { chatOf, explained, identitiesOf, isScripted, openRoles, searchPrior, type Roles } from "./models.ts";
import { domainsOf, tasksFingerprint, trainingTasks, type Domain } from "./sets.ts";

const STAGE = "knowledge";

/**
 * The rules that agents are given. `built`: the model is led along gold trajectories of scripted teachers; from the steps at
 * which it does something else rules are written and merged, starting from ours.
 */
export function knowledgeStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { rules, pairs } = chatOf(run);
  const isBuilt = rules === "built";
  return runStage({
    name: STAGE,
    code: stageCode(import.meta.url),
    folder: stageFolder(run, STAGE),
    seed: run.seed,
    settings: { rules, domains: domainsOf(run), ...(isBuilt && { pairs, models: identitiesOf(run) }) },
    inputs: isBuilt ? tasksFingerprint() : {},
    run: (context) =>
      explained(context.signal, async () => {
        onProgress?.({ done: 0, total: domainsOf(run).length });
        const roles = isBuilt ? openRoles(run) : null;
        const summary: Record<string, unknown> = { source: rules };
        for (const domain of domainsOf(run)) {
          const base = roles ? await build(run, domain, roles, context, onProgress) : loaded(rules, domain);
          writeJson(context.file(`${domain}-rules.json`), base);
          summary[domain] = base.rules.length;
          onProgress?.({ done: Object.keys(summary).length - 1, total: domainsOf(run).length });
        }
        return summary;
      }),
  });
}

function loaded(rules: "published" | "seeds" | "built", domain: Domain): RuleBase {
  if (rules !== "published") return loadKnowledge({ domain, source: "ours" }).seeds;
  return loadKnowledge({ domain, source: "published" }).built!;
}

async function build(
  run: Run,
  domain: Domain,
  { player, selector }: Roles,
  { file, signal }: StageContext,
  onProgress: OnProgress | undefined,
): Promise<RuleBase> {
  const told =
    (what: string): OnProgress =>
    (update) =>
      onProgress?.({ ...update, note: [domain, what, update.note].filter(Boolean).join(" · ") });
  const pairs = await mistakes(run, domain, player.model, { file, signal, onProgress: told("mistakes") });
  const settings = chatOf(run);
  const writer = isScripted(settings.selector ?? settings) ? scriptedRuleWriter() : chatRuleWriter(selector.model);
  return buildRules({
    ...{ pairs, writer, limit: RULE_LIMITS[domain], seeds: loaded("seeds", domain) },
    ...{ stateFile: file(`${domain}-building.json`), onProgress: told("rules"), signal },
  });
}

/** Steps at which the model, led along gold trajectories, does something else: KnowSelf's 6 of a task type, 20 of the shop. */
async function mistakes(
  run: Run,
  domain: Domain,
  model: Roles["player"]["model"],
  { file, signal, onProgress }: Pick<StageContext, "file" | "signal"> & { readonly onProgress: OnProgress },
): Promise<readonly StepPair[]> {
  const { pairs, parallel, stepLimit } = chatOf(run);
  const task = trainingTasks(run, domain);
  const gold = goldOf(run, domain, pairs.gold, stepLimit[domain]);
  const numbers = new Map(gold.map(({ trajectory, index }) => [trajectory.id, index]));
  const target = { model };
  const { pairs: found } = await samplePairs({
    gold: gold.map(({ trajectory }) => trajectory),
    sample: (trajectory, index) =>
      domain === "shop"
        ? shopPairs(trajectory, index, { target, prompt: shopTwoShot() })
        : householdPairs(trajectory, index, {
            ...{ target, prompt: () => householdTwoShot() },
            environment: ({ id }) => task(numbers.get(id)!),
          }),
    ...(domain === "shop" ? { limit: pairs.shop } : { perType: pairs.householdPerType }),
    ...{ files: { pairs: file(`${domain}-pairs.json`) }, settings: identitiesOf(run) },
    ...{ parallel, onProgress, signal },
  });
  return found;
}

/** Trajectories of the scripted teachers that earned the whole reward, or in the shop half of it, as in KnowSelf. */
function goldOf(
  run: Run,
  domain: Domain,
  count: number,
  stepLimit: number,
): { trajectory: Trajectory; index: number }[] {
  const task = trainingTasks(run, domain);
  const prior = searchPrior(run);
  const gold: { trajectory: Trajectory; index: number }[] = [];
  for (let index = 0; gold.length < count; index++) {
    const agent: Agent = domain === "shop" ? new Shopper({ stepLimit }) : new SearchTeacher(prior);
    const played = playEpisode(task(index), agent, { stepLimit, seed: run.seed, environment: domain });
    if (played.reward >= (domain === "shop" ? 0.5 : 1)) gold.push({ trajectory: played, index });
  }
  return gold;
}

/** The rules of a finished stage. */
export function readRules(run: Run, domain: Domain): readonly Rule[] {
  return RuleBase.from(readJson(stageFolder(run, STAGE, `${domain}-rules.json`))).rules;
}
