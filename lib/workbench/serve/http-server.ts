import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { UserError } from "../../base/index.ts";

export interface RunningServer {
  /** Such as `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Takes no new requests, and ends those that are left after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** Listens with a `fetch` handler. Port 0 takes a free one. Throws `UserError` where the address cannot be had. */
export async function listen(
  app: { readonly fetch: (request: Request) => Response | Promise<Response> },
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const server = serve({ fetch: app.fetch, hostname: host, port, overrideGlobalObjects: false }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error) => reject(new UserError(`cannot listen on ${host}:${port}: ${error.message}`)));
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    close: (graceMs = 0) =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
