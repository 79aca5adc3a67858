/** One HTML file that shows a finished experiment, readable anywhere and without a network. */
export { buildReport, type ReportOptions, type SummaryBlock } from "./report.ts";
