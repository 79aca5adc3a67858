import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import OpenAI from "openai";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "../project.ts";
import { writeTestModel } from "./test-server.ts";

const folder = writeTestModel();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  fs.rmSync(folder, { recursive: true });
});

/** A process of its own, and the address that it prints. */
async function start(...more: string[]): Promise<{ child: ChildProcess; url: string; ended: Promise<number | null> }> {
  const args = [
    "--import",
    "tsx",
    path.join(import.meta.dirname, "main.ts"),
    "--model",
    folder,
    "--name",
    "tiny",
    ...more,
  ];
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  let printed = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => {
      const found = /at (http:\S+)/.exec((printed += data.toString()));
      if (found) resolve(found[1]);
    });
    void ended.then((status) => reject(new Error(`ended with ${status}: ${printed}`)));
  });
  return { child, url, ended };
}

test("Ctrl-C lets an answer under way finish, takes no new one, and ends with status 0", async () => {
  const { child, url, ended } = await start("--port", "0");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });
  const request = {
    model: "tiny",
    messages: [{ role: "user" as const, content: "go" }],
    max_tokens: 300,
    temperature: 1,
    seed: 5,
  };
  const whole = (await client.chat.completions.create(request)).choices[0].message.content;
  let text = "";
  for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
    if (text === "") child.kill("SIGINT");
    text += choices[0]?.delta.content ?? "";
  }
  expect(text).toBe(whole);
  await expect(client.models.list()).rejects.toThrow();
  expect(await ended).toBe(0);
});

test("a taken port is named", async () => {
  const { url } = await start("--port", "0");
  const port = new URL(url).port;
  const args = ["--import", "tsx", path.join(import.meta.dirname, "main.ts"), "--model", folder, "--port", port];
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", "ignore", "pipe"] });
  children.push(child);
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  expect(await new Promise((resolve) => child.on("exit", resolve))).toBe(1);
  expect(errors).toContain(`cannot listen on 127.0.0.1:${port}`);
});
