/** Scripted players of the household: the searching teacher, its variants that ask and reconsider, and what makes it slip. */
export * from "./consulting-teacher.ts";
export { ReconsideringTeacher, type Doubts } from "./reconsidering-teacher.ts";
export { SearchTeacher } from "./search-teacher.ts";
export { carelessCommand } from "./slips.ts";
