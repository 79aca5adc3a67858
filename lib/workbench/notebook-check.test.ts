import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { checkNotebook, checkNotebooks, cleanNotebook, notebookText } from "./notebook-check.ts";
import { type NotebookCell, type NotebookFile } from "./notebook-file.ts";
import { projectRoot } from "./project.ts";

const kernelspec = { name: "tslab", display_name: "TypeScript (tslab)" };
const words: NotebookCell = { id: "words", cell_type: "markdown", metadata: {}, source: "Adds." };
const code: NotebookCell = {
  id: "code",
  cell_type: "code",
  metadata: {},
  source: ["1 +\n", "1"],
  outputs: [],
  execution_count: null,
};
const notebook = (...cells: NotebookCell[]): NotebookFile => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec },
  cells,
});
const messages = (file: NotebookFile): string[] => checkNotebook(file, "x.ipynb").map((problem) => problem.message);

describe("checkNotebook", () => {
  it("has nothing to say about a clean one", () => expect(messages(notebook(words, code))).toEqual([]));

  it("lets code follow the parameters cell", () => {
    const parameters: NotebookCell = { ...code, id: "parameters", metadata: { tags: ["parameters"] } };
    expect(messages(notebook(words, parameters, code))).toEqual([]);
  });

  it.each<[string, NotebookFile]>([
    ["has outputs", notebook(words, { ...code, outputs: [{ output_type: "stream", name: "stdout", text: "2" }] })],
    ["has an execution count", notebook(words, { ...code, execution_count: 1 })],
    ["has no sentence before it that says what it is for", notebook(code)],
    ["has no sentence before it that says what it is for", notebook(words, code, { ...code, id: "next" })],
    ["has 13 lines of code, more than 12", notebook(words, { ...code, source: "x;\n".repeat(13) })],
    ["names an absolute path", notebook(words, { ...code, source: 'read("/home/me/x.json")' })],
    ["names an absolute path", notebook(words, { ...code, source: "read('C:\\\\data')" })],
    ["has no valid id", notebook(words, { ...code, id: undefined })],
    ["shares the id words with another cell", notebook(words, { ...code, id: "words" })],
    ["its kernel is not tslab", { ...notebook(words, code), metadata: {} }],
    ["nbformat 4.4; cell ids need 4.5", { ...notebook(words, code), nbformat_minor: 4 }],
  ])("says: %s", (message, file) => expect(messages(file)).toEqual([message]));
});

describe("cleanNotebook", () => {
  it("removes what a run and an editor leave, and nothing else", () => {
    const tags = ["parameters"];
    const used = notebook(
      { ...words, id: undefined },
      {
        ...code,
        execution_count: 3,
        metadata: { tags, collapsed: true },
        outputs: [{ output_type: "stream", name: "stdout", text: "2" }],
      },
    );
    const clean = cleanNotebook(used);
    expect(messages(clean)).toEqual([]);
    expect(clean.cells[1]).toEqual({ ...code, metadata: { tags } });
    expect(notebookText(cleanNotebook(clean))).toBe(notebookText(clean));
  });
});

describe("the notebooks of this repository", () => {
  it("are clean", () => expect(checkNotebooks(path.join(projectRoot, "notebooks"))).toEqual([]));
});
