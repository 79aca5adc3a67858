import type { ToolModel } from "../arguments.ts";
import { answerOf, settle, ToolFailure, type AgentTool } from "../tool.ts";
import { answerFrom } from "./answer.ts";
import type { Search } from "./passage-index.ts";
import { plainQuery } from "./query.ts";

export interface WikipediaOptions {
  /** A `PassageIndex`, or a `VectorIndex` over it. */
  readonly index: Search;
  /** Answers from the passages; without one the observation is their best sentences. */
  readonly model?: ToolModel;
  /** Passages read for an answer; default: 10. */
  readonly passages?: number;
}

/** Searches an encyclopedia that lies on this machine. Failures: `no_results`, `no_answer`. */
export function wikipediaTool({ index, model, passages = 10 }: WikipediaOptions): AgentTool {
  return {
    name: "search_wikipedia",
    description: "Searches factual information in Wikipedia.",
    usage: "one fact to look up, with the names it is about",
    run: ({ task }, signal) =>
      settle(async () => {
        const query = plainQuery(task);
        const hits = await index.search(query, passages, signal);
        if (hits.length === 0) throw new ToolFailure("no_results", `nothing found for: ${query}`);
        return answerOf(await answerFrom(query, hits.map(({ passage }) => passage), model, signal)); // prettier-ignore
      }, signal),
  };
}
