import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Interrupted } from "../../base/index.ts";
import { deadline, ToolFailure, untilAborted } from "../tool.ts";
import { checkedAddresses, type AddressPolicy } from "./addresses.ts";
import { sendRequest } from "./connect.ts";

export interface NetworkOptions extends AddressPolicy {
  /** For the whole, redirects included; default: 10 s. */
  readonly timeoutMs?: number;
  /** Of the unpacked body; what is longer is cut off and refused. Default: 2 MiB. */
  readonly maxBytes?: number;
  /** Default: 5. */
  readonly maxRedirects?: number;
  readonly userAgent?: string;
}

export interface WebText {
  /** Where the redirects ended. */
  readonly url: string;
  /** Media type without parameters. */
  readonly contentType: string;
  readonly text: string;
}

const TEXT_TYPES = /^(?:text\/(?:html|plain|markdown)|application\/(?:xhtml\+xml|json))$/;

/**
 * The text at an address of the public internet. Every hop's address is checked after resolution and the connection goes
 * to that address; redirects are followed by hand. No cookies, no proxy. Throws `ToolFailure`: `bad_url`,
 * `private_address`, `no_address`, `connection_failed`, `timeout`, `too_large`, `redirect_loop`, `http_<status>`, `not_text`.
 */
export async function getText(address: string, options: NetworkOptions = {}, outer?: AbortSignal): Promise<WebText> {
  const { timeoutMs = 10_000, maxRedirects = 5 } = options;
  const limit = deadline(timeoutMs, outer);
  try {
    let url = parsedUrl(address);
    const seen = new Set<string>();
    for (;;) {
      if (seen.has(url.href) || seen.size > maxRedirects)
        throw new ToolFailure("redirect_loop", `${address} redirects again and again`);
      seen.add(url.href);
      const addresses = await untilAborted(checkedAddresses(url, options), limit.signal);
      const headers = {
        accept: "text/html, text/plain;q=0.9, application/json;q=0.9",
        "accept-encoding": "gzip, deflate, br",
        "user-agent": options.userAgent ?? "Waymark/0.1 (research agent)",
      };
      const { request, response } = sendRequest(url, addresses, { headers, signal: limit.signal });
      try {
        request.end();
        const answer = await response;
        const status = answer.statusCode ?? 0;
        const { location } = answer.headers;
        if (status >= 300 && status < 400 && location !== undefined) url = parsedUrl(location, url);
        else return await readAnswer(url, status, answer, options.maxBytes ?? 2 << 20, limit.signal);
      } finally {
        request.destroy();
      }
    }
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    if (error instanceof ToolFailure || error instanceof Interrupted) throw error;
    throw new ToolFailure("connection_failed", `${address.slice(0, 200)}: ${(error as Error).message}`);
  } finally {
    limit.end();
  }
}

async function readAnswer(
  url: URL,
  status: number,
  answer: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<WebText> {
  if (status < 200 || status > 299) throw new ToolFailure(`http_${status}`, `${url.href} answers ${status}`);
  const [contentType = "", ...parameters] = (answer.headers["content-type"] ?? "").split(";").map((part) => part.trim().toLowerCase()); // prettier-ignore
  if (!TEXT_TYPES.test(contentType)) throw new ToolFailure("not_text", `${url.href} is ${contentType || "of no type"}`);
  const tooLarge = (): ToolFailure => new ToolFailure("too_large", `${url.href} is larger than ${maxBytes} bytes`);
  if (Number(answer.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const body = unpacked(answer);
  const parts: Buffer[] = [];
  let size = 0;
  const read = async (): Promise<void> => {
    for await (const part of body as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) throw tooLarge();
      parts.push(part);
    }
  };
  try {
    await untilAborted(read(), signal);
  } finally {
    body.destroy();
  }
  const bytes = Buffer.concat(parts);
  const charset = parameters.find((one) => one.startsWith("charset="))?.slice(8).replace(/^"|"$/g, "") ?? metaCharset(bytes); // prettier-ignore
  return { url: url.href, contentType, text: decoded(bytes, charset) };
}

/** Unpacks while it reads, so a small file that unpacks to a huge one is cut off too. */
function unpacked(answer: IncomingMessage): Readable {
  const encoding = (answer.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return answer;
  const unpack =
    encoding === "gzip" || encoding === "x-gzip"
      ? createGunzip()
      : encoding === "deflate"
        ? createInflate()
        : encoding === "br"
          ? createBrotliDecompress()
          : undefined;
  if (!unpack) throw new ToolFailure("not_text", `unknown content encoding ${encoding}`);
  // Errors of either end reach whoever reads the last one.
  return pipeline(answer, unpack, () => undefined);
}

/** The character set that an HTML page names in its first kilobyte. */
function metaCharset(bytes: Buffer): string {
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(bytes.subarray(0, 1024).toString("latin1"))?.[1] ?? "utf-8";
}

function decoded(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

export function parsedUrl(address: string, base?: URL): URL {
  try {
    return new URL(address, base);
  } catch {
    throw new ToolFailure("bad_url", `no URL: ${address.slice(0, 200)}`);
  }
}
