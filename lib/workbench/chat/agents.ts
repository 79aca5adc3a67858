/** Where an agent's knowledge stands: in turns, where it is counted; in the prompt of every turn; nowhere. */
export type KnowledgePlace = "turns" | "prompt" | "none";

interface AgentTitle {
  readonly title: string;
  readonly knowledge: KnowledgePlace;
  /** The paper's method that comes nearest. */
  readonly paper: string | null;
}

/** The agents by the names that recipes give them. */
export const AGENTS = {
  react: { title: "ReAct", knowledge: "none", paper: "ReAct" },
  reflexion: { title: "Reflexion", knowledge: "none", paper: "Reflexion" },
  expel: { title: "ExpeL", knowledge: "prompt", paper: "ExpeL" },
  knowagent: { title: "KnowAgent", knowledge: "prompt", paper: "KnowAgent" },
  "wkm-style": { title: "WKM-style", knowledge: "prompt", paper: "WKM" },
  "knowself-prompted": { title: "KnowSelf, prompt only", knowledge: "turns", paper: "KnowSelf, prompt only" },
  knowself: { title: "KnowSelf", knowledge: "turns", paper: "KnowSelf" },
  "knowself-always": { title: "KnowSelf, always told", knowledge: "turns", paper: null },
  "knowself-never": { title: "KnowSelf, never told", knowledge: "turns", paper: null },
} as const satisfies Record<string, AgentTitle>;

export type AgentId = keyof typeof AGENTS;
export const AGENT_IDS = Object.keys(AGENTS) as [AgentId, ...AgentId[]];

/** Agents that learn from training tasks before they play. */
export const EXPERIENCED: readonly AgentId[] = ["expel", "wkm-style"];
/** Agents that are given rules. */
export const TOLD: readonly AgentId[] = ["knowself-prompted", "knowself", "knowself-always"];
/** Agents that need no word beside what the environment says. */
export const BARE: readonly AgentId[] = ["react", "knowself", "knowself-always", "knowself-never"];
