/** The model as a partner in a chat. */
export { ChatFormat, type ChatFormatOptions, type Question } from "./chat-format.ts";
export { PromptTooLong, Student, type StudentOptions } from "./student.ts";
