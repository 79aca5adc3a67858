import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarFile, calendarTool, type CalendarEvent } from "./calendar-event.ts";
import { emailFile, emailTool } from "./email-draft.ts";
import { dateIn, timeIn } from "./moment-text.ts";
import { call, testModel } from "./test-server.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const now = (): number => NOW;
const unfold = (file: string): string[] => file.replace(/\r\n[ \t]/g, "").split("\r\n");

describe("a calendar event", () => {
  it("is written as RFC 5545 has it", () => {
    const event = { title: "Picnic; bring A, B\\C\nand more", date: "2026-02-28", time: "23:30", location: "Vienna" };
    const uid = /UID:(\w{32})@waymark\.invalid/.exec(calendarFile(event, NOW))?.[1];
    expect(calendarFile(event, NOW)).toBe(
      [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Waymark//Calendar event//EN",
        "CALSCALE:GREGORIAN",
        "BEGIN:VEVENT",
        `UID:${uid}@waymark.invalid`,
        "DTSTAMP:20260102T030405Z",
        "DTSTART:20260228T233000",
        "DTEND:20260301T003000",
        "SUMMARY:Picnic\\; bring A\\, B\\\\C\\nand more",
        "LOCATION:Vienna",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
      ].join("\r\n"),
    );
    const whole = calendarFile({ title: "Day", date: "2024-02-29", time: null }, NOW);
    expect(whole).toContain("DTSTART;VALUE=DATE:20240229\r\nDTEND;VALUE=DATE:20240301\r\n");
  });

  it("keeps lines at 75 octets and adds no property, whatever the texts are", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 150 });
    fc.assert(
      fc.property(text, text, (title, notes) => {
        const event: CalendarEvent = { title: `${title}\r\nATTENDEE:x`, date: "2026-05-01", time: null, notes };
        const file = calendarFile(event, NOW);
        for (const line of file.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        // No bare line breaks, no control characters, and exactly the properties that belong there.
        // eslint-disable-next-line no-control-regex
        expect(file.replaceAll("\r\n", "")).not.toMatch(/[\u0000-\u001f\u007f]/);
        const names = unfold(file).map((line) => line.split(/[:;]/)[0]);
        expect(names).toEqual("BEGIN VERSION PRODID CALSCALE BEGIN UID DTSTAMP DTSTART DTEND SUMMARY DESCRIPTION END END".split(" ").concat("")); // prettier-ignore
      }),
    );
  });

  it.each([
    ["Create an event 'Alexa's party' on 13.12.2024 8pm", "2024-12-13", "20:00", "Alexa"],
    ["Create a reminder for watching the Olympic Winter Games on February 8, 2026.", "2026-02-08", "whole day", "watching the Olympic Winter Games"], // prettier-ignore
    ["Schedule a meeting with Bob on 2026-03-04 at 14:30.", "2026-03-04", "14:30", "meeting with Bob"],
    ['Add "Walk in the park" to my calendar on 3rd May 2026 at 12 am', "2026-05-03", "00:00", "Walk in the park"],
  ])("is read from: %s", async (task, date, time, title) => {
    const { text, files } = await calendarTool({ now }).run(call(task));
    expect(text).toBe(`Event '${title}' written to a calendar file, date=${date}, time=${time}`);
    expect(files?.[0].name).toBe(`event-${date}.ics`);
  });

  it("needs a day that exists", async () => {
    expect(await calendarTool().run(call("Create an event on 2026-02-30"))).toMatchObject({ reason: "no_date" });
    expect([dateIn("2023-02-29"), dateIn("30 Feb 2024"), timeIn("at 13 pm"), timeIn("25:00")]).toEqual([null, null, null, null]); // prettier-ignore
    const { model } = testModel(
      { title: "x", date: "tomorrow", time: null },
      { title: "x", date: "2026-02-30", time: null },
    );
    expect(await calendarTool({ model, now }).run(call("x tomorrow"))).toMatchObject({ reason: "bad_arguments" });
  });

  it("tells the model what day it is", async () => {
    const { model, prompts } = testModel({ title: "Walk", date: "2026-01-03", time: "10:00" });
    expect((await calendarTool({ model, now }).run(call("walk tomorrow at ten"))).kind).toBe("answer");
    expect(prompts[0]).toContain("Today is 2026-01-02");
  });
});

describe("an e-mail draft", () => {
  const draft = { to: "michael@example.com", subject: "Join me", body: "Hi Michael,\nsee you.\n" };

  it("is a message as RFC 5322 has it", () => {
    const file = emailFile(draft, "ada@example.org", NOW);
    const [head, body] = file.split("\r\n\r\n");
    expect(head.split("\r\n").map((line) => line.replace(/<\w{32}@/, "<id@"))).toEqual([
      "Date: Fri, 02 Jan 2026 03:04:05 +0000",
      "From: ada@example.org",
      "To: michael@example.com",
      "Subject: Join me",
      "Message-ID: <id@waymark.invalid>",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
      "X-Unsent: 1",
    ]);
    expect(Buffer.from(body, "base64").toString()).toBe("Hi Michael,\r\nsee you.\r\n");
  });

  it("has the same headers and short lines whatever subject and body are", () => {
    const text = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(text, text, (subject, body) => {
        let file: string;
        try {
          file = emailFile({ ...draft, subject, body }, "a@example.org", NOW);
        } catch (error) {
          expect(error).toMatchObject({ reason: "bad_arguments" });
          return;
        }
        expect(file).toMatch(/^[\x20-\x7e\r\n]*$/);
        for (const line of file.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
        const head = unfold(file.split("\r\n\r\n")[0]).map((line) => line.split(":")[0]);
        expect(head).toEqual("Date From To Subject Message-ID MIME-Version Content-Type Content-Transfer-Encoding X-Unsent".split(" ")); // prettier-ignore
        const words = /Subject: (.*?)\r\n(?! )/s.exec(file)?.[1] ?? "";
        const read = words.replace(/=\?utf-8\?B\?([^?]*)\?=(?:\r\n )?/g, (_, coded: string) => Buffer.from(coded, "base64").toString()); // prettier-ignore
        expect(read).toBe(subject.toString());
      }),
    );
  });

  it.each([
    [{ subject: "Hi\r\nBcc: all@example.com" }],
    [{ subject: "Hi\nBcc: all@example.com" }],
    [{ to: "a@example.com\r\nBcc: b@example.com" }],
    [{ to: "a@example.com\n" }],
    [{ to: "a@example.com, b@example.com" }],
    [{ to: "Ada <a@example.com>" }],
    [{ to: "nobody" }],
  ])("takes no header from %j", (change) => {
    expect(() => emailFile({ ...draft, ...change }, "ada@example.org", NOW)).toThrow();
    expect(() => emailFile(draft, "a@example.org\r\nBcc: b@example.com", NOW)).toThrow();
  });

  it("is read from a task, and never claims to be sent", async () => {
    const task = "Send an email to michael@example.com inviting him to watch the games on TV.";
    const { text, files } = await emailTool({ now }).run(call(task));
    expect(text).toBe("E-mail to 'michael@example.com' with subject 'him to watch the games on TV' written as a draft, not sent"); // prettier-ignore
    expect(files?.[0].name).toBe("draft.eml");
    expect(await emailTool().run(call("Write to Michael"))).toMatchObject({ reason: "no_address" });
    const { model } = testModel({ ...draft, subject: "a\nb" }, draft);
    expect((await emailTool({ model, now }).run(call("invite Michael"))).kind).toBe("answer");
  });
});
