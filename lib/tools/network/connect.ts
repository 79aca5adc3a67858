import * as http from "node:http";
import * as https from "node:https";
import type { LookupFunction } from "node:net";
import type { Address } from "./addresses.ts";

/** A look-up that knows only the addresses that were checked. */
export function pinnedLookup(addresses: readonly Address[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, [...addresses]);
    else callback(null, addresses[0].address, addresses[0].family);
  };
}

/** Sends one request to one of these addresses; the answer's body is still to be read. No agent: nothing is kept open. */
export function sendRequest(
  url: URL,
  addresses: readonly Address[],
  options: { readonly method?: string; readonly headers?: http.OutgoingHttpHeaders; readonly signal: AbortSignal },
): { readonly request: http.ClientRequest; readonly response: Promise<http.IncomingMessage> } {
  const { method = "GET", headers = {}, signal } = options;
  const send = url.protocol === "https:" ? https.request : http.request;
  const request = send(url, { method, headers, signal, agent: false, lookup: pinnedLookup(addresses), maxHeaderSize: 32_768 }); // prettier-ignore
  const response = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  return { request, response };
}
