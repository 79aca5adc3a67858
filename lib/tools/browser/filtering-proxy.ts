import * as http from "node:http";
import * as net from "node:net";
import type { Duplex } from "node:stream";
import type { AddressInfo } from "node:net";
import { checkedAddresses, type AddressPolicy } from "../network/addresses.ts";
import { pinnedLookup, sendRequest } from "../network/connect.ts";
import { ToolFailure } from "../tool.ts";

export interface FilteringProxy {
  /** Of this machine's loopback. */
  readonly port: number;
  /** Why requests were refused: by `host:port`, a named reason. */
  readonly refusals: ReadonlyMap<string, string>;
  /** Origins that the page asks for; what the browser itself wants elsewhere (updates, metrics) is refused. */
  readonly requested: Set<string>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/**
 * A proxy on the loopback through which a browser must go: every connection, whatever made it (a redirect, a script, a
 * socket), is held against the address policy after resolution and made to the checked address. All bytes from outside
 * together are at most `maxBytes`; then everything is cut.
 */
export async function startFilteringProxy(policy: AddressPolicy, maxBytes: number): Promise<FilteringProxy> {
  const requested = new Set<string>();
  const refusals = new Map<string, string>();
  const controller = new AbortController();
  const sockets = new Set<Duplex>();
  let received = 0;
  const count = (host: string, part: Buffer): void => {
    received += part.length;
    if (received <= maxBytes) return;
    refusals.set(host, "too_large");
    controller.abort();
    for (const socket of sockets) socket.destroy();
  };
  const refuse = (host: string, error: unknown): string => {
    const reason = error instanceof ToolFailure ? error.reason : "connection_failed";
    if (!refusals.has(host)) refusals.set(host, reason);
    return reason;
  };

  const checkRequested = (origin: string): void => {
    if (!requested.has(origin)) throw new ToolFailure("not_requested", `no page asked for ${origin}`);
  };

  const plain = async (request: http.IncomingMessage, answer: http.ServerResponse): Promise<void> => {
    let host = request.headers.host ?? "";
    try {
      const url = new URL(request.url ?? "");
      host = url.host;
      checkRequested(url.origin);
      const addresses = await checkedAddresses(url, policy);
      const { request: onward, response } = sendRequest(url, addresses, { method: request.method, headers: withoutHops(request.headers), signal: controller.signal }); // prettier-ignore
      answer.once("close", () => onward.destroy());
      request.pipe(onward);
      const reply = await response;
      answer.writeHead(reply.statusCode ?? 502, withoutHops(reply.headers));
      reply.on("data", (part: Buffer) => count(host, part));
      reply.on("error", () => answer.destroy());
      reply.pipe(answer);
    } catch (error) {
      const reason = refuse(host, error);
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(403, { "content-type": "text/plain", "x-refused": reason }).end(reason);
    }
  };
  /** For https and for sockets: bytes both ways. */
  const tunnel = async (request: http.IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    const host = request.url ?? "";
    client.on("error", () => client.destroy());
    try {
      const url = new URL(`https://${host}`);
      checkRequested(url.origin);
      const addresses = await checkedAddresses(url, policy);
      const port = Number(url.port || 443);
      const server = net.connect({ host: addresses[0].address, port, lookup: pinnedLookup(addresses) });
      sockets.add(server).add(client);
      server.on("error", (error) => (refuse(host, error), client.destroy()));
      server.on("close", () => client.destroy());
      client.on("close", () => server.destroy());
      server.once("connect", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        server.write(head);
        server.on("data", (part: Buffer) => count(host, part));
        server.pipe(client);
        client.pipe(server);
      });
    } catch (error) {
      client.end(`HTTP/1.1 403 Forbidden\r\nx-refused: ${refuse(host, error)}\r\n\r\n`);
    }
  };

  const proxy = http.createServer((request, answer) => void plain(request, answer));
  proxy.on("connect", (request: http.IncomingMessage, client: Duplex, head: Buffer) => void tunnel(request, client, head)); // prettier-ignore
  proxy.on("upgrade", (_request: http.IncomingMessage, socket: Duplex) => socket.destroy());
  proxy.on("clientError", (_error: Error, socket: Duplex) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    proxy.once("error", reject);
    proxy.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (proxy.address() as AddressInfo).port,
    refusals,
    requested,
    close: () =>
      new Promise((resolve) => {
        controller.abort();
        for (const socket of sockets) socket.destroy();
        proxy.closeAllConnections();
        proxy.close(() => resolve());
      }),
  };
}

/** Headers that belong to one connection only. */
function withoutHops(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const onward: http.OutgoingHttpHeaders = { ...headers };
  for (const name of [
    "connection",
    "proxy-connection",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
    "proxy-authorization",
  ])
    delete onward[name];
  return onward;
}
