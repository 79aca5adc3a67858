import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "../../base/index.ts";
import { GGUF_REMEDY } from "../../model/index.ts";
import { projectRoot } from "../project.ts";

/** The Python that set-up made for DeepSpeed; `gguf` and `transformers` are in it. Throws `UserError` where it is absent. */
export function handoverPython(root = projectRoot): string {
  const program = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  const python = path.join(root, ".venv-deepspeed", ...program);
  if (fs.existsSync(python)) return python;
  throw new UserError(`there is no ${python}; ${GGUF_REMEDY}`);
}
