/** What notebooks show: figures, tables, HTML, Markdown and live progress bars. */
export { showFigure, showHtml, showMarkdown, type Figure } from "./display.ts";
export { showTable, type TableOptions, type TableRows } from "./table.ts";
export { progressBar, type ProgressBar } from "./progress-bar.ts";
