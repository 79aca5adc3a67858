import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Interrupted } from "../../base/index.ts";
import { endless, html, redirect, silent, testServer, type TestServer } from "../test-server.ts";
import { checkedAddresses, isPrivateAddress, type Resolve } from "./addresses.ts";
import { getText } from "./get-text.ts";
import { readPage } from "./page.ts";
import { ToolFailure } from "../tool.ts";

describe("addresses", () => {
  it.each(
    (
      "127.0.0.1 127.8.9.1 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 0.0.0.0 " +
      "168.63.129.16 224.0.0.1 255.255.255.255 198.18.0.1 ::1 :: fe80::1 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 " +
      "::ffff:10.0.0.1 64:ff9b::a00:1 2002:7f00:1:: 2001:0:1::1 2001:db8::1 fec0::1 nonsense"
    ).split(" "),
  )("%s is private", (address) => expect(isPrivateAddress(address)).toBe(true));

  it.each("8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1 2606:4700:4700::1111 2a00:1450:4001:80b::200e".split(" "))(
    "%s is public",
    (address) => expect(isPrivateAddress(address)).toBe(false),
  );

  const resolve: Resolve = (host) =>
    host === "two.test"
      ? Promise.resolve([{ address: "8.8.8.8", family: 4 }, { address: "10.0.0.1", family: 4 }]) // prettier-ignore
      : host === "good.test"
        ? Promise.resolve([{ address: "8.8.8.8", family: 4 }])
        : Promise.reject(new Error("no such name"));

  it.each([
    ["http://2130706433/", "private_address"],
    ["http://0x7f.1/", "private_address"],
    ["http://[::ffff:7f00:1]/", "private_address"],
    ["http://localhost/", "private_address"],
    ["http://metadata.google.internal/", "private_address"],
    ["http://printer.local./", "private_address"],
    ["http://two.test/", "private_address"],
    ["http://none.test/", "no_address"],
    ["file:///etc/passwd", "bad_url"],
    ["ftp://good.test/", "bad_url"],
    ["http://user:pass@good.test/", "bad_url"],
  ])("%s is refused: %s", async (url, reason) => {
    await expect(checkedAddresses(new URL(url), { resolve })).rejects.toMatchObject({ reason });
  });

  it("lets a public name through, and what is allowed by host and port", async () => {
    expect(await checkedAddresses(new URL("http://good.test/"), { resolve })).toHaveLength(1);
    const allow = ["127.0.0.1:8888"];
    expect(await checkedAddresses(new URL("http://127.0.0.1:8888/"), { allow })).toHaveLength(1);
    await expect(checkedAddresses(new URL("http://127.0.0.1:8889/"), { allow })).rejects.toMatchObject({ reason: "private_address" }); // prettier-ignore
  });
});

describe("getting text", () => {
  let server: TestServer;
  let secret: TestServer;
  beforeAll(async () => {
    secret = await testServer({ "/": html("secret") });
    server = await testServer({
      "/": html("<p>hällo</p>"),
      "/old": redirect("/"),
      "/latin": html(Buffer.from("<meta charset=iso-8859-1>h\xe4llo", "latin1").toString("latin1"), "text/html"),
      "/gzip": (_, answer) => answer.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }).end(gzipSync("packed")), // prettier-ignore
      "/bomb": (_, answer) => answer.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(50 << 20))), // prettier-ignore
      "/broken": (_, answer) => answer.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }).end("no gzip"), // prettier-ignore
      "/loop": redirect("/loop"),
      "/more": (request, answer) => answer.writeHead(302, { location: `/more?${Math.random()}` }).end(),
      "/private": redirect(`${secret.url}/`),
      "/metadata": redirect("http://169.254.169.254/latest/meta-data/"),
      "/file": redirect("file:///etc/passwd"),
      "/image": html("x", "image/png"),
      "/untyped": (_, answer) => answer.end("x"),
      "/endless": endless,
      "/silent": silent,
      "/announced": (_, answer) => void answer.writeHead(200, { "content-type": "text/html", "content-length": "9999999999" }).flushHeaders(), // prettier-ignore
      "/cut": (_, answer) => answer.writeHead(200, { "content-type": "text/html", "content-length": "100" }).write("half", () => answer.destroy()), // prettier-ignore
      "/error": (_, answer) => answer.writeHead(503).end(),
    });
  });
  afterAll(() => Promise.all([server.close(), secret.close()]));
  const get = (path: string, signal?: AbortSignal) =>
    getText(server.url + path, { allow: [server.host], timeoutMs: 500, maxBytes: 1 << 20 }, signal);

  it("reads text, packed or not, through redirects and in its character set", async () => {
    expect(await get("/")).toEqual({ url: `${server.url}/`, contentType: "text/html", text: "<p>hällo</p>" });
    expect((await get("/old")).url).toBe(`${server.url}/`);
    expect((await get("/gzip")).text).toBe("packed");
    expect((await get("/latin")).text).toContain("hÃ¤llo");
  });

  it.each([
    ["/missing", "http_404"],
    ["/error", "http_503"],
    ["/loop", "redirect_loop"],
    ["/more", "redirect_loop"],
    ["/private", "private_address"],
    ["/metadata", "private_address"],
    ["/file", "bad_url"],
    ["/image", "not_text"],
    ["/untyped", "not_text"],
    ["/endless", "too_large"],
    ["/announced", "too_large"],
    ["/bomb", "too_large"],
    ["/silent", "timeout"],
    ["/broken", "connection_failed"],
    ["/cut", "connection_failed"],
  ])("%s fails: %s", async (path, reason) => {
    await expect(get(path)).rejects.toMatchObject({ name: "ToolFailure", reason });
  });

  it("never reached the private server", () => expect(secret.asked).toEqual([]));

  it("connects to the address that was checked, not to what the name says later", async () => {
    let asked = 0;
    const resolve: Resolve = () => Promise.resolve([{ address: asked++ === 0 ? "127.0.0.1" : "127.0.0.2", family: 4 }]);
    const port = server.host.split(":")[1];
    const { text } = await getText(`http://rebind.test:${port}/`, { resolve, allow: [`rebind.test:${port}`] });
    expect([text, asked]).toEqual(["<p>hällo</p>", 1]);
  });

  it("stops with the caller, and names a refused connection", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    await expect(get("/silent", controller.signal)).rejects.toBeInstanceOf(Interrupted);
    await expect(getText("http://127.0.0.1:9/", { allow: ["127.0.0.1:9"] })).rejects.toMatchObject({ reason: "connection_failed" }); // prettier-ignore
    await expect(getText("no url")).rejects.toMatchObject({ reason: "bad_url" });
  });
});

describe("reading a page", () => {
  it("gives the article without scripts, navigation and control tokens", () => {
    const article = "<p>Ada Lovelace wrote the first program &amp; was born in 1815. ".repeat(6);
    const page = readPage(
      `<html><head><title>Ada &lt;|im_start|&gt;</title><script>document.write("bad")</script></head><body>` +
        `<nav><a href="/">Home</a></nav><article><h1>Ada</h1>${article}&lt;|im_end|&gt;&#0;[INST]</p></article><style>p{}</style></body></html>`,
    );
    expect(page.title).toBe("Ada < |im_start| >");
    expect(page.text).toContain("the first program & was born in 1815.");
    expect(page.text).toContain("< |im_end| >");
    expect(page.text).not.toMatch(/Home|bad|p\{\}|\[INST\]|<\|/);
  });

  it("reads fragments and short pages", () => {
    expect(readPage("<p>one<p>two").text).toBe("one\ntwo");
    expect(readPage("just text").text).toBe("just text");
  });

  it.each([
    ["an empty page", "<html><body><script>1</script></body></html>"],
    ["too many elements", "<b>x</b>".repeat(30_000)],
    ["nothing at all", ""],
  ])("refuses %s", (_, page) => {
    expect(() => readPage(page)).toThrow(ToolFailure);
  });

  it("survives trees of many levels", () => {
    expect(readPage("<div>".repeat(5000) + "deep").text).toBe("deep");
    const branches = ("<div>".repeat(100) + "some text, here" + "</div>".repeat(100)).repeat(50);
    expect(readPage(branches).text).toContain("some text, here");
  });
});
