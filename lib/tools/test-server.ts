import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { ToolModel } from "./arguments.ts";

export type Handler = (request: http.IncomingMessage, answer: http.ServerResponse) => void;

export interface TestServer {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A server on the loopback that answers by path; 404 for any other. */
export async function testServer(handlers: Readonly<Record<string, Handler>>): Promise<TestServer> {
  const asked: string[] = [];
  const server = http.createServer((request, answer) => {
    const path = (request.url ?? "").split("?")[0];
    asked.push(request.url ?? "");
    const handler = handlers[path];
    if (handler) handler(request, answer);
    else answer.writeHead(404, { "content-type": "text/html" }).end("nothing here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const html =
  (body: string, type = "text/html; charset=utf-8"): Handler =>
  (_, answer) =>
    answer.writeHead(200, { "content-type": type }).end(body);

export const redirect =
  (to: string): Handler =>
  (_, answer) =>
    answer.writeHead(302, { location: to }).end();

/** Writes for ever. */
export const endless: Handler = (_, answer) => {
  answer.writeHead(200, { "content-type": "text/html" });
  const piece = "<p>" + "more and more ".repeat(500) + "</p>";
  const write = (): void => {
    while (!answer.destroyed && answer.write(piece));
    if (!answer.destroyed) answer.once("drain", () => setImmediate(write));
  };
  answer.on("error", () => undefined);
  write();
};

/** Sends one line and then nothing. */
export const silent: Handler = (_, answer) => {
  answer.writeHead(200, { "content-type": "text/html" });
  answer.write("<p>wait</p>");
};

/** A model that gives these answers one after the other, and keeps the prompts. */
export function testModel(...answers: readonly unknown[]): { model: ToolModel; prompts: string[] } {
  const prompts: string[] = [];
  return {
    prompts,
    model: (prompt) => {
      const answer = answers[prompts.length];
      prompts.push(prompt);
      if (answer === undefined) throw new Error("no answer is left");
      return Promise.resolve(typeof answer === "string" ? answer : JSON.stringify(answer));
    },
  };
}

export const call = (task: string, context = ""): { request: string; task: string; context: string } => ({ request: task, task, context }); // prettier-ignore
