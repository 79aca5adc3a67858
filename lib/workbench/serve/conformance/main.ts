/** `node --import tsx lib/workbench/serve/conformance/main.ts URL MODEL [KEY]`: a server's conformance, as a table. */
import { showTable } from "../../notebook/index.ts";
import { checkConformance } from "./conformance.ts";

const [baseURL, model, apiKey] = process.argv.slice(2);
void checkConformance(baseURL, model, apiKey).then((rows) => {
  showTable(
    rows.map(({ check, kept, note }) => ({ check, kept: kept ? "yes" : "no", note })),
    { caption: `${model} at ${baseURL}` },
  );
});
