import { z } from "zod";
import { sha256 } from "../base/index.ts";
import { callText, modelArguments, type ToolModel } from "./arguments.ts";
import { oneLine, pieces } from "./content-lines.ts";
import { dateIn, isDate, timeIn } from "./moment-text.ts";
import { answerOf, settle, ToolFailure, type AgentTool } from "./tool.ts";

const eventSchema = z.object({
  title: z.string().min(1).max(200),
  date: z.string().refine(isDate, "no day as YYYY-MM-DD"),
  /** Local time of day; null: the whole day. */
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "no time as HH:MM")
    .nullable(),
  minutes: z.number().int().min(1).max(10_080).optional(),
  location: z.string().max(500).optional(),
  notes: z.string().max(4000).optional(),
});

export type CalendarEvent = z.infer<typeof eventSchema>;

export interface CalendarOptions {
  /** Reads title, day and time out of the task; without one the task must name them in full. */
  readonly model?: ToolModel;
  /** Now, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** Writes a calendar event as an .ics file, which the user may add to a calendar; nothing is added by itself. */
export function calendarTool({ model, now = Date.now }: CalendarOptions = {}): AgentTool {
  return {
    name: "create_event",
    description: "Creates one calendar entry at a given date and time.",
    usage: "title, date, time and place of the event",
    run: (call, signal) =>
      settle(async () => {
        const today = new Date(now()).toISOString().slice(0, 10);
        const event = model
          ? await modelArguments(model, eventSchema, `Write the calendar event of the task. Today is ${today}.\n\n${callText(call)}`, signal) // prettier-ignore
          : statedEvent(call.task);
        const text = `Event '${oneLine(event.title)}' written to a calendar file, date=${event.date}, time=${event.time ?? "whole day"}`;
        return answerOf(text, [{ name: `event-${event.date}.ics`, content: calendarFile(event, now()) }]);
      }, signal),
  };
}

/** The event that a task names in full, such as "Create an event 'Picnic' on 2026-05-01 at 14:00". */
function statedEvent(task: string): CalendarEvent {
  const day = dateIn(task);
  if (!day) throw new ToolFailure("no_date", `no full date in: ${task.slice(0, 200)}`);
  const rest = task.replace(day.written, " ");
  const time = timeIn(rest);
  const quoted = /'([^']+)'|"([^"]+)"|“([^”]+)”/.exec(task);
  const title =
    quoted?.slice(1).find((part) => part !== undefined) ??
    rest
      .replace(time?.written ?? "", " ")
      .replace(
        /^\W*(?:please )?(?:create|add|schedule|set(?: up)?|make)\b(?: an?| the)?(?: (?:calendar )?(?:event|entry|reminder|appointment))?(?: (?:for|called|titled|named|to))?/i,
        "",
      ) // prettier-ignore
      .replace(/(?:\W*\b(?:on|at|from)\b)+\W*$/i, "");
  const name = oneLine(title).replace(/\s+/g, " ").replace(/^[\s,.:;-]+|[\s,.:;-]+$/g, "").slice(0, 200); // prettier-ignore
  return { title: name || "Event", date: day.date, time: time?.time ?? null };
}

/**
 * The event as iCalendar (RFC 5545): CRLF, lines folded at 75 octets, texts escaped. Times are floating, that is local
 * to whoever reads them. `now` stamps it; equal events get equal identifiers.
 */
export function calendarFile(event: CalendarEvent, now: number): string {
  const day = event.date.replaceAll("-", "");
  const begin = Date.parse(`${event.date}T${event.time ?? "00:00"}:00Z`);
  const end = begin + (event.time === null ? 86_400_000 : (event.minutes ?? 60) * 60_000);
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Waymark//Calendar event//EN",
    "CALSCALE:GREGORIAN",
    "BEGIN:VEVENT",
    `UID:${sha256(JSON.stringify(event)).slice(0, 32)}@waymark.invalid`,
    `DTSTAMP:${stamp(now)}Z`,
    ...(event.time === null
      ? [`DTSTART;VALUE=DATE:${day}`, `DTEND;VALUE=DATE:${stamp(end).slice(0, 8)}`]
      : [`DTSTART:${stamp(begin)}`, `DTEND:${stamp(end)}`]),
    `SUMMARY:${escaped(event.title)}`,
    ...(event.location ? [`LOCATION:${escaped(event.location)}`] : []),
    ...(event.notes ? [`DESCRIPTION:${escaped(event.notes)}`] : []),
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  // A continuation line begins with one space, which counts.
  return lines.map((line) => pieces(line, 74, 75).join("\r\n ")).join("\r\n") + "\r\n";
}

const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "");

/** RFC 5545 §3.3.11; other controls are not allowed in a text. */
function escaped(text: string): string {
  return text
    .split(/\r\n|\r|\n|\u2028|\u2029/)
    .map((line) => oneLine(line).replace(/[\\;,]/g, "\\$&"))
    .join("\\n");
}
