import { z } from "zod";
import type { ToolModel } from "../arguments.ts";
import { dataText } from "../data-text.ts";
import { getText, parsedUrl, type NetworkOptions } from "../network/get-text.ts";
import { readPage } from "../network/page.ts";
import { answerOf, failureOf, settle, ToolFailure, type AgentTool } from "../tool.ts";
import { answerFrom } from "./answer.ts";
import { PassageIndex } from "./passage-index.ts";
import { passagesOf, type Passage } from "./passage.ts";
import { queryFor } from "./query.ts";

export interface InternetSearchOptions {
  /** Address of a SearXNG server with its JSON format on, such as `http://127.0.0.1:8888`. It may be private. */
  readonly searxng: string;
  /** Writes the query and the answer; without one the task is the query, and the best sentences are the answer. */
  readonly model?: ToolModel;
  /** For the pages found; private addresses stay refused. */
  readonly network?: NetworkOptions;
  /** Pages read; default: 3. Twice as many are fetched, as some fail. */
  readonly pages?: number;
  /** Passages of each page that may be used; default: 5. */
  readonly passagesPerPage?: number;
}

const resultsSchema = z.object({
  results: z.array(z.object({ url: z.string(), title: z.string().nullish(), content: z.string().nullish() })),
});

type Read =
  { readonly url: string; readonly passages: readonly Passage[] } | { readonly url: string; readonly reason: string };

/**
 * Searches the internet: SearXNG finds, pages are fetched and reduced to their article, passages ranked by BM25, the best
 * ones answer. Pages that could not be read are named in the observation with the reason. Failures: `no_results`,
 * `no_page`, `no_answer`, and those of `getText` for the search server.
 */
export function internetSearchTool(options: InternetSearchOptions): AgentTool {
  const { searxng, model, network = {}, pages = 3, passagesPerPage = 5 } = options;
  const server = parsedUrl(searxng);
  const serverPort = server.port === "" ? (server.protocol === "https:" ? "443" : "80") : server.port;
  return {
    name: "search_internet",
    description: "Searches the internet for current information.",
    usage: "one thing to find out, with the names it is about",
    run: (call, signal) =>
      settle(async () => {
        const query = await queryFor(call, model, signal);
        const address = new URL(`${server.pathname.replace(/\/$/, "")}/search`, server);
        address.search = new URLSearchParams({ q: query, format: "json" }).toString();
        const allow = [...(network.allow ?? []), `${server.hostname}:${serverPort}`];
        const found = readResults((await getText(address.href, { ...network, allow }, signal)).text);
        if (found.length === 0) throw new ToolFailure("no_results", `nothing found for: ${query}`);

        const fetched = await Promise.all(found.slice(0, pages * 2).map(({ url }) => readResult(url, network, signal)));
        const failed = fetched.flatMap((one) => ("reason" in one ? [`${shown(one.url)} (${one.reason})`] : []));
        const readable = fetched.flatMap((one) => ("passages" in one ? [one] : [])).slice(0, pages);
        const notRead = failed.length === 0 ? "" : `\nNot read: ${failed.join(", ")}`;
        if (readable.length === 0) throw new ToolFailure("no_page", `no page could be read.${notRead}`);

        const best = await ranked(query, readable, passagesPerPage);
        if (best.length === 0) return failureOf("no_answer", `the pages found do not mention it: ${query}${notRead}`);
        const answer = await answerFrom(query, best, model, signal).catch((error: unknown) => {
          if (error instanceof ToolFailure) throw new ToolFailure(error.reason, error.message + notRead);
          throw error;
        });
        const sources = readable.filter(({ url }) => best.some(({ id }) => id.startsWith(`${url}#`)));
        return answerOf(`${answer}\nSources: ${sources.map(({ url }) => shown(url)).join(", ")}${notRead}`);
      }, signal),
  };
}

function readResults(text: string): z.infer<typeof resultsSchema>["results"] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ToolFailure("bad_answer", "the search server did not answer with JSON; is its JSON format on?");
  }
  const { data, error } = resultsSchema.safeParse(json);
  if (error) throw new ToolFailure("bad_answer", `the search server's answer: ${error.issues[0].message}`);
  return [...new Map(data.results.map((one) => [one.url, one])).values()];
}

async function readResult(url: string, network: NetworkOptions, signal?: AbortSignal): Promise<Read> {
  try {
    const { text, contentType } = await getText(url, { timeoutMs: 5000, ...network }, signal);
    const page = /html/.test(contentType) ? readPage(text) : { title: url, text: dataText(text) };
    return { url, passages: passagesOf({ title: page.title || url, text: page.text }, 120, url) };
  } catch (error) {
    if (error instanceof ToolFailure) return { url, reason: error.reason };
    throw error;
  }
}

/** The best passages over all pages, at most so many of one page. */
async function ranked(
  query: string,
  pages: readonly { readonly passages: readonly Passage[] }[],
  each: number,
): Promise<Passage[]> {
  const index = new PassageIndex(pages.flatMap(({ passages }) => passages));
  const taken = new Map<string, number>();
  const best: Passage[] = [];
  for (const { passage } of await index.search(query, 100)) {
    const page = passage.id.slice(0, passage.id.lastIndexOf("#"));
    const count = taken.get(page) ?? 0;
    if (count >= each) continue;
    taken.set(page, count + 1);
    best.push(passage);
  }
  return best.slice(0, each * 2);
}

const shown = (url: string): string => dataText(url, 200);
