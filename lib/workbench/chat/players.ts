import {
  ExpelAgent,
  KnowAgent,
  KnowSelfAgent,
  playChatEpisode,
  playReflexion,
  promptedKnowSelf,
  ReActAgent,
  WorldKnowledgeAgent,
  type ChatAgent,
  type ConversationOptions,
  type KnowledgeMode,
  type KnowSelfOptions,
} from "../../agents/index.ts";
import {
  chatSelector,
  knowledgeFrom,
  loadKnowledge,
  scriptedSelector,
  type Rule,
  type SelectRule,
} from "../../knowledge/index.ts";
import { AGENTS, type AgentId } from "./agents.ts";
import type { PlayTask } from "./episode-store.ts";
import type { Experience } from "./experience.ts";
import { chatOf, isScripted, type CostMeter, type Roles } from "./models.ts";
import { profileOf, type Domain } from "./sets.ts";
import type { Run } from "../run.ts";

export interface PlayerContext {
  readonly run: Run;
  readonly domain: Domain;
  readonly roles: Roles;
  readonly rules: readonly Rule[];
  readonly experience: Experience | null;
  readonly signal: AbortSignal;
}

/** How an agent plays a task of a domain: greedily, within the domain's steps. */
export function playerOf(id: AgentId, context: PlayerContext): PlayTask {
  const { run, domain, roles, signal } = context;
  const { stepLimit, trials, maxTokens } = chatOf(run);
  const { title: name } = AGENTS[id];
  const episode = { stepLimit: stepLimit[domain], seed: run.seed, environment: domain, signal };
  if (id === "reflexion")
    return async (environment, meter) => {
      const profile = profileOf(run, domain);
      const model = meter.count(roles.player);
      const options = { ...episode, name, model, profile, trials, sampling: { maxTokens }, meter: meter.usage };
      const { best } = await playReflexion(environment, options);
      return [best];
    };
  return async (environment, meter) => [
    await playChatEpisode(environment, agentOf(id, context, meter), { ...episode, meter: meter.usage }),
  ];
}

function agentOf(id: Exclude<AgentId, "reflexion">, context: PlayerContext, meter: CostMeter): ChatAgent {
  const { run, domain, roles } = context;
  const prompted = (): Omit<ConversationOptions, "examples"> => ({
    ...{ name: AGENTS[id].title, model: meter.count(roles.player), profile: profileOf(run, domain) },
    sampling: { maxTokens: chatOf(run).maxTokens },
  });
  switch (id) {
    case "react":
      return new ReActAgent(prompted());
    case "knowagent":
      return new KnowAgent({ ...prompted(), knowledge: taskText(context) });
    case "expel": {
      const { insights, episodes } = known(context);
      return new ExpelAgent({ ...prompted(), insights: insights.map(({ text }) => text), experience: episodes });
    }
    case "wkm-style":
      return new WorldKnowledgeAgent({
        ...{ ...prompted(), knowledgeModel: meter.count(roles.player), base: known(context).states },
      });
    case "knowself-prompted":
      return promptedKnowSelf({ ...prompted(), ...knowledgeOf(context, meter, "adaptive") });
    case "knowself":
      return trained(context, meter, "adaptive");
    case "knowself-always":
      return trained(context, meter, "always");
    case "knowself-never":
      return trained(context, meter, "never");
  }
}

/** KnowSelf's inference as published: no examples, and no word about the tokens, which the model was trained with. */
function trained(context: PlayerContext, meter: CostMeter, mode: KnowledgeMode): KnowSelfAgent {
  const { run, domain, roles } = context;
  const profile = profileOf(run, domain, "none");
  const sampling = { maxTokens: chatOf(run).maxTokens };
  return new KnowSelfAgent({
    model: meter.count(roles.trained),
    profile,
    sampling,
    ...knowledgeOf(context, meter, mode),
  });
}

/** The selector chooses a rule; before the first action in a household the knowledge of the whole task is given. */
function knowledgeOf(
  context: PlayerContext,
  meter: CostMeter,
  mode: KnowledgeMode,
): Pick<KnowSelfOptions, "ask" | "taskKnowledge" | "mode"> {
  const { run, domain, roles, rules, signal } = context;
  const settings = chatOf(run);
  const select: SelectRule = isScripted(settings.selector ?? settings)
    ? scriptedSelector()
    : chatSelector(meter.count(roles.selector), { domain, signal });
  const ask = knowledgeFrom(select, rules);
  return { mode, ask, ...(domain === "household" && { taskKnowledge: taskText(context) }) };
}

const taskText = ({ run, domain }: PlayerContext): ((taskType: string) => string) =>
  loadKnowledge({ domain, source: chatOf(run).rules === "published" ? "published" : "ours" }).task;

function known({ experience }: PlayerContext): Experience {
  if (experience === null) throw new Error("experience must be gathered before its agents play");
  return experience;
}
