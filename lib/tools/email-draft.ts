import { z } from "zod";
import { sha256 } from "../base/index.ts";
import { callText, modelArguments, type ToolModel } from "./arguments.ts";
import { pieces } from "./content-lines.ts";
import { answerOf, settle, ToolFailure, type AgentTool } from "./tool.ts";

/** An address as RFC 5322 has it without comments, quotes and literals; it can hold no space and no line break. */
const ATOM = String.raw`[A-Za-z0-9!#$%&'*+/=?^_{|}~\x60-]+`;
const LABEL = String.raw`[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`;
const ADDRESS = String.raw`${ATOM}(?:\.${ATOM})*@${LABEL}(?:\.${LABEL})+`;
const address = z
  .string()
  .max(254)
  .regex(new RegExp(`^${ADDRESS}$(?![\\r\\n])`), "no e-mail address");

const draftSchema = z.object({
  to: address,
  // eslint-disable-next-line no-control-regex
  subject: z.string().min(1).max(300).regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, "a subject is one line"), // prettier-ignore
  body: z.string().max(20_000),
});

export type EmailDraft = z.infer<typeof draftSchema>;

export interface EmailOptions {
  /** Writes address, subject and text; without one the task itself is the text, and must name the address. */
  readonly model?: ToolModel;
  /** The sender's address; a draft without one gets a placeholder that no server accepts. */
  readonly from?: string;
  readonly now?: () => number;
}

/** Writes an e-mail as an .eml draft, which the user may open and send. Waymark never sends mail. */
export function emailTool({ model, from = "draft@waymark.invalid", now = Date.now }: EmailOptions = {}): AgentTool {
  return {
    name: "send_email",
    description: "Writes an e-mail to one recipient, as a draft that the user sends.",
    usage: "address of the recipient and what to tell",
    run: (call, signal) =>
      settle(async () => {
        const draft = model
          ? await modelArguments(model, draftSchema, `Write the e-mail of the task.\n\n${callText(call)}`, signal)
          : statedDraft(call.task);
        const text = `E-mail to '${draft.to}' with subject '${draft.subject}' written as a draft, not sent`;
        return answerOf(text, [{ name: "draft.eml", content: emailFile(draft, from, now()) }]);
      }, signal),
  };
}

function statedDraft(task: string): EmailDraft {
  const to = new RegExp(ADDRESS).exec(task)?.[0];
  if (to === undefined) throw new ToolFailure("no_address", `no e-mail address in: ${task.slice(0, 200)}`);
  const quoted = /subject:? (?:'([^'\r\n]+)'|"([^"\r\n]+)")/i.exec(task);
  const about = /\b(?:about|regarding|that|inviting|to) ([^\r\n]{3,})/i.exec(task.split(to)[1] ?? "");
  const subject = (quoted?.[1] ?? quoted?.[2] ?? about?.[1] ?? "Message").slice(0, 100).replace(/[\s.]+$/, "");
  return checkedDraft({ to, subject, body: task });
}

function checkedDraft(draft: EmailDraft): EmailDraft {
  const { data, error } = draftSchema.safeParse(draft);
  if (data) return data;
  throw new ToolFailure("bad_arguments", `${error.issues[0].path.join(".")}: ${error.issues[0].message}`);
}

/**
 * The draft as a message (RFC 5322, MIME): addresses and subject are checked here too, so no text can add a header. Throws
 * `ToolFailure` `bad_arguments`.
 */
export function emailFile(draft: EmailDraft, from: string, now: number): string {
  const { to, subject, body } = checkedDraft(draft);
  if (!address.safeParse(from).success) throw new ToolFailure("bad_arguments", `from: no e-mail address: ${from}`);
  const id = sha256(JSON.stringify([to, from, subject, body, now])).slice(0, 32);
  const headers = [
    `Date: ${new Date(now).toUTCString().replace("GMT", "+0000")}`,
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${headerText(subject)}`,
    `Message-ID: <${id}@waymark.invalid>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
    // Mail programs open it for editing, not for reading.
    "X-Unsent: 1",
  ];
  const encoded = Buffer.from(body.replace(/\r\n?|\n/g, "\r\n")).toString("base64");
  return [...headers, "", ...(encoded.match(/.{1,76}/g) ?? [])].join("\r\n") + "\r\n";
}

/** Plain ASCII of one line stays; anything else becomes encoded words (RFC 2047) of at most 75 characters. */
function headerText(text: string): string {
  if (/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text) && !text.includes("=?") && text.length <= 60) return text;
  return pieces(text, 45)
    .map((piece) => `=?utf-8?B?${Buffer.from(piece).toString("base64")}?=`)
    .join("\r\n ");
}
