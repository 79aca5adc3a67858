import {
  askUserTool,
  calculatorTool,
  calendarTool,
  emailTool,
  PassageIndex,
  passagesOfDocuments,
  shellTool,
  wikipediaTool,
  type AgentTool,
  type ToolModel,
} from "../../tools/index.ts";
import { scriptedFinalAnswer } from "./scripted-tools.ts";
import { specOf } from "./tool-specs.ts";
import { readFact } from "./understand.ts";
import { factSentence, worldDocuments, worldFiles, type World } from "./world.ts";

/**
 * The real tools over a world, for planners trained in simulation: its documents in a search index, its files in a shell,
 * its user asked, files written for entries and e-mails. No network: a second index, which has what changes too, stands in
 * for the internet. Nothing fails by chance here, but results come in other words than in the simulation.
 */
export function worldTools(world: World, now: () => number): AgentTool[] {
  const search = (changing: boolean): AgentTool =>
    wikipediaTool({
      index: new PassageIndex(passagesOfDocuments(worldDocuments(world, { changing }))),
      model: scriptedReader,
    });
  const ask = (question: string): Promise<string | null> => {
    const fact = readFact(question, world);
    if (fact?.relation.source !== "ask_user") return Promise.resolve(null);
    return Promise.resolve(factSentence(fact.relation, fact.subject, world.value(fact.subject, fact.relation)));
  };
  return [
    askUserTool({ ask }),
    calculatorTool(),
    calendarTool({ now }),
    emailTool({ now }),
    search(false),
    { ...search(true), ...specOf("search_internet") },
    shellTool({ files: worldFiles(world), model: scriptedCommands }),
    scriptedFinalAnswer(world),
  ];
}

/** Answers a question such as "the birthplace of Ada Brenner" with the sentence of the passages that states it. */
const scriptedReader: ToolModel = (prompt) => {
  const asked = /^Question: (?:the )?(.*)$/im.exec(prompt)?.[1].trim() ?? "";
  const passages = prompt.slice(prompt.lastIndexOf("<<<"));
  const at = asked === "" ? -1 : passages.toLowerCase().indexOf(`the ${asked.toLowerCase()} is `);
  const sentence = at < 0 ? null : /^.*?\.(?=\s|$)/s.exec(passages.slice(at))?.[0];
  return Promise.resolve(JSON.stringify({ found: sentence != null, answer: sentence ?? "" }));
};

/** Counts the files of the folder that the task names. */
const scriptedCommands: ToolModel = (prompt) => {
  const task = /^Task: (.*)$/m.exec(prompt)?.[1] ?? "";
  const folder = /\/[\w/]+/.exec(task)?.[0] ?? "/";
  const hidden = /hidden/.test(task) ? "-name '.*'" : "! -name '.*'";
  return Promise.resolve(JSON.stringify({ command: `find ${folder} -maxdepth 1 -type f ${hidden} | wc -l` }));
};
