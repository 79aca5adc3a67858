import { readJson, UserError } from "../base/index.ts";

/** The parts of an `.ipynb` (nbformat 4.5) that this project reads. Texts are one string or a list of lines. */
export interface NotebookFile {
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly metadata: { readonly kernelspec?: KernelSpec; readonly [name: string]: unknown };
  readonly cells: readonly NotebookCell[];
}

export interface KernelSpec {
  readonly name: string;
  readonly display_name: string;
  readonly language?: string;
}

export interface NotebookCell {
  readonly id?: string;
  readonly cell_type: "code" | "markdown" | "raw";
  readonly metadata: { readonly tags?: readonly string[]; readonly [name: string]: unknown };
  readonly source: Lines;
  readonly outputs?: readonly NotebookOutput[];
  readonly execution_count?: number | null;
}

export type NotebookOutput =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; readonly text: Lines }
  | {
      readonly output_type: "display_data" | "execute_result";
      readonly data: Readonly<Record<string, unknown>>;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

export type Lines = string | readonly string[];

export const joinLines = (text: Lines): string => (typeof text === "string" ? text : text.join(""));

/** Reads an `.ipynb`; a file of another kind is a `UserError`. */
export function readNotebook(file: string): NotebookFile {
  let notebook: Partial<NotebookFile>;
  try {
    notebook = readJson<Partial<NotebookFile>>(file);
  } catch (error) {
    throw new UserError(`${file}: not a notebook: ${(error as Error).message}`);
  }
  if (notebook.nbformat !== 4 || !Array.isArray(notebook.cells) || typeof notebook.metadata !== "object") {
    throw new UserError(`${file}: not a notebook of nbformat 4`);
  }
  return notebook as NotebookFile;
}
