/** What notebooks show: figures, tables, HTML, Markdown and live progress bars. */
export { liveFigure, showFigure, showHtml, showMarkdown, type Figure, type LiveFigure } from "./display.ts";
export { showTable, type TableOptions, type TableRows } from "./table.ts";
export { progressBar, type ProgressBar } from "./progress-bar.ts";
