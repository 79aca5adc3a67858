/** Scripted players of the household: the searching teacher and what makes it slip. */
export { SearchTeacher } from "./search-teacher.ts";
export { carelessCommand } from "./slips.ts";
