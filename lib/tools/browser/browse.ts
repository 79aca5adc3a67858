import type { ToolModel } from "../arguments.ts";
import { dataText } from "../data-text.ts";
import { readPage } from "../network/page.ts";
import { PassageIndex } from "../search/passage-index.ts";
import { answerFrom } from "../search/answer.ts";
import { passagesOf } from "../search/passage.ts";
import { answerOf, settle, ToolFailure, type AgentTool } from "../tool.ts";
import { loadPage, type BrowserOptions } from "./load-page.ts";

export interface BrowseOptions {
  readonly browser?: BrowserOptions;
  /** Answers the task from the page; without one the observation is the page's text. */
  readonly model?: ToolModel;
  /** Longest observation, in characters; default: 4,000. */
  readonly maxText?: number;
}

/** Opens the page that the task names in a real Chromium and reads it. Failures: those of `loadPage`, `not_readable`, `no_url`, `no_answer`. */
export function browseTool({ browser = {}, model, maxText = 4000 }: BrowseOptions = {}): AgentTool {
  return {
    name: "browse_page",
    description: "Opens one web page in a browser and reads it.",
    usage: "the address of the page and what to find there",
    run: ({ task }, signal) =>
      settle(async () => {
        const address = /https?:\/\/[^\s<>"'`]+/.exec(task)?.[0].replace(/[.,;:!?)\]]+$/, "");
        if (address === undefined) throw new ToolFailure("no_url", `no address in: ${task.slice(0, 200)}`);
        const { html, url } = await loadPage(address, browser, signal);
        const { title, text } = readPage(html);
        if (!model) return answerOf(dataText(`${title}\n${text}`, maxText));
        const question = task.replace(address, "the page");
        const passages = passagesOf({ title: title || url, text });
        const hits = await new PassageIndex(passages).search(question, 10);
        // A page that shares no word with the question may still answer it.
        const chosen = hits.length > 0 ? hits.map(({ passage }) => passage) : passages.slice(0, 10);
        return answerOf(await answerFrom(question, chosen, model, signal));
      }, signal),
  };
}
