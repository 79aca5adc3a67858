import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser, HTTPRequest, LaunchOptions, Page } from "puppeteer-core";
import { checkedAddresses, type AddressPolicy } from "../network/addresses.ts";
import { parsedUrl } from "../network/get-text.ts";
import { deadline, ToolFailure, untilAborted } from "../tool.ts";
import { startFilteringProxy, type FilteringProxy } from "./filtering-proxy.ts";
import { findChromium } from "./find-chromium.ts";

export interface BrowserOptions extends AddressPolicy {
  /** Path of Chromium or Chrome; default: an installed one is looked for, nothing is ever downloaded. */
  readonly executable?: string;
  /** For start, loading and reading together; default: 30 s. */
  readonly timeoutMs?: number;
  /** Of all answers from the network together; default: 20 MiB. */
  readonly maxBytes?: number;
  /** Of the page's HTML after its scripts ran, in characters; default: 2 Mi. */
  readonly maxCharacters?: number;
  /** Chromium's own sandbox. Default: on, but for the superuser, for whom Chromium cannot have one. */
  readonly sandbox?: boolean;
  readonly launch?: (options: LaunchOptions) => Promise<Browser>;
}

export interface LoadedPage {
  readonly url: string;
  readonly html: string;
}

const HEAVY = new Set(["image", "media", "font", "texttrack", "manifest", "ping", "cspviolationreport", "prefetch"]);

/**
 * Opens a page in a fresh Chromium with an empty profile, lets its scripts run, and gives back its HTML. Everything the
 * browser does on the network goes through the address policy; downloads, dialogs and new windows are refused. Browser and profile
 * are gone afterwards. Throws `ToolFailure`: those of `getText`, `no_browser`, `browser_failed`.
 */
export async function loadPage(
  address: string,
  options: BrowserOptions = {},
  outer?: AbortSignal,
): Promise<LoadedPage> {
  const { timeoutMs = 30_000, maxBytes = 20 << 20, maxCharacters = 2 << 20 } = options;
  const url = parsedUrl(address);
  const limit = deadline(timeoutMs, outer);
  let proxy: FilteringProxy | undefined;
  let browser: Browser | undefined;
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), `waymark-browser-${process.pid}-`));
  try {
    await untilAborted(checkedAddresses(url, options), limit.signal);
    proxy = await startFilteringProxy(options, maxBytes);
    browser = await startBrowser(options, profile, proxy.port, timeoutMs);
    return await untilAborted(readIn(browser, url, options, proxy, maxCharacters), limit.signal);
  } finally {
    limit.end();
    if (browser) await stopBrowser(browser);
    await proxy?.close();
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function startBrowser(
  options: BrowserOptions,
  profile: string,
  port: number,
  timeoutMs: number,
): Promise<Browser> {
  const executablePath = options.executable ?? findChromium();
  if (executablePath === null) throw new ToolFailure("no_browser", "no Chromium found; install one, or name it in WAYMARK_CHROMIUM"); // prettier-ignore
  const { sandbox = process.getuid?.() !== 0 } = options;
  const launch = options.launch ?? (await import("puppeteer-core")).launch;
  try {
    return await launch({
      executablePath,
      headless: true,
      userDataDir: profile,
      timeout: timeoutMs,
      protocolTimeout: timeoutMs,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: [
        `--proxy-server=http://127.0.0.1:${port}`,
        // Without this Chromium would reach the loopback past the proxy.
        "--proxy-bypass-list=<-loopback>",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
        "--disable-extensions",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--mute-audio",
        "--js-flags=--max-old-space-size=256",
        ...(sandbox ? [] : ["--no-sandbox"]),
      ],
    });
  } catch (error) {
    throw new ToolFailure("browser_failed", `${executablePath}: ${(error as Error).message.split("\n")[0]}`);
  }
}

async function readIn(
  browser: Browser,
  url: URL,
  options: BrowserOptions,
  proxy: FilteringProxy,
  maxCharacters: number,
): Promise<LoadedPage> {
  const refusedHere = new Map<string, ToolFailure>();
  try {
    const page = await browser.newPage();
    const session = await browser.target().createCDPSession();
    await session.send("Browser.setDownloadBehavior", { behavior: "deny" });
    page.on("dialog", (dialog) => void dialog.dismiss().catch(() => undefined));
    page.on("popup", (window: Page | null) => void window?.close().catch(() => undefined));
    await page.setRequestInterception(true);
    page.on("request", (request) => void intercept(request, options, refusedHere, proxy.requested));
    const response = await page.goto(url.href, { waitUntil: "domcontentloaded", timeout: 0 });
    await page.waitForNetworkIdle({ idleTime: 300, timeout: 3000 }).catch(() => undefined);
    const [refusal] = refusedHere.values();
    if (refusal) throw refusal;
    const status = response?.status() ?? 0;
    const reason = response?.headers()["x-refused"] ?? refusalOf(proxy, page.url());
    if (reason !== undefined) throw new ToolFailure(reason, `${page.url()} was refused`);
    if (status >= 400) throw new ToolFailure(`http_${status}`, `${page.url()} answers ${status}`);
    // As text, because the types of a page are none of this program's. Cut off in the page, so no more is ever sent.
    const html = await page.evaluate(`String(document.documentElement.outerHTML).slice(0, ${maxCharacters + 1})`);
    if (typeof html !== "string") throw new ToolFailure("not_readable", "the page gives no text");
    if (html.length > maxCharacters) throw new ToolFailure("too_large", `${page.url()} is longer than ${maxCharacters} characters`); // prettier-ignore
    return { url: page.url(), html };
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    const [refusal] = refusedHere.values();
    if (refusal) throw refusal;
    const message = (error as Error).message.split("\n")[0];
    throw new ToolFailure(refusalOf(proxy, url.href) ?? networkReason(message), message);
  }
}

/** Chromium's name of a network error as ours. A navigation that turns into a download is aborted. */
function networkReason(message: string): string {
  if (message.includes("ERR_TOO_MANY_REDIRECTS")) return "redirect_loop";
  if (message.includes("ERR_ABORTED")) return "not_text";
  return "connection_failed";
}

/** A page that was cut off may look whole. */
function refusalOf(proxy: FilteringProxy, url: string): string | undefined {
  if ([...proxy.refusals.values()].includes("too_large")) return "too_large";
  return proxy.refusals.get(parsedUrl(url).host);
}

/** Refuses what is not needed for reading, and private addresses already here, where the page is known. */
async function intercept(
  request: HTTPRequest,
  policy: AddressPolicy,
  refused: Map<string, ToolFailure>,
  requested: Set<string>,
): Promise<void> {
  const main = request.isNavigationRequest() && request.frame()?.parentFrame() === null;
  try {
    if (HEAVY.has(request.resourceType())) return await request.abort("blockedbyclient");
    const url = new URL(request.url());
    await checkedAddresses(url, policy);
    requested.add(url.origin);
    await request.continue();
  } catch (error) {
    if (main && error instanceof ToolFailure) refused.set(request.url(), error);
    await request.abort("blockedbyclient").catch(() => undefined);
  }
}

/** A browser whose page never rests is killed. */
async function stopBrowser(browser: Browser): Promise<void> {
  const child = browser.process();
  const closed = await Promise.race([
    browser.close().then(() => true, () => false), // prettier-ignore
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 2000).unref()),
  ]);
  if (!closed) child?.kill("SIGKILL");
}
