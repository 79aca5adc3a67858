import * as dns from "node:dns/promises";
import { BlockList, isIP, isIPv6 } from "node:net";
import { ToolFailure } from "../tool.ts";

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

export interface AddressPolicy {
  /**
   * `host:port` pairs that may be reached whatever their address, such as a user's own SearXNG at `127.0.0.1:8888`.
   * Nothing else that is private is ever reached.
   */
  readonly allow?: readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
}

/** Special-purpose ranges of IPv4 (IANA registry): this host, private, shared, loopback, link-local, test, multicast, reserved. */
const RANGES_4 =
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 " +
  "192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 " +
  "168.63.129.16/32 224.0.0.0/4 240.0.0.0/4";
/** Of IPv6 only 2000::/3 is public, without tunnels (which hide an IPv4 address), documentation and other special use. */
const RANGES_6 = "::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20";

// Two lists: one list would hold IPv4 addresses against the ranges of IPv6 too, as their mapped form.
const refused4 = new BlockList();
const refused6 = new BlockList();
for (const [network, bits] of RANGES_4.split(" ").map((range) => range.split("/")))
  refused4.addSubnet(network, Number(bits), "ipv4");
for (const [network, bits] of RANGES_6.split(" ").map((range) => range.split("/")))
  refused6.addSubnet(network, Number(bits), "ipv6");

/** Not on the public internet: private, loopback, link-local, a cloud's metadata, reserved, or an IPv6 form that hides such a one. */
export function isPrivateAddress(address: string): boolean {
  if (isIP(address) === 0) return true;
  return isIPv6(address) ? refused6.check(address, "ipv6") : refused4.check(address, "ipv4");
}

/**
 * The addresses a connection to this URL may use: resolved once and checked, so that the connection must be made to
 * these and not to what the name says later. Throws `ToolFailure`: `bad_url`, `private_address`, `no_address`.
 */
export async function checkedAddresses(
  url: URL,
  { allow = [], resolve = systemResolve }: AddressPolicy,
): Promise<readonly Address[]> {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new ToolFailure("bad_url", `only http and https: ${url.href.slice(0, 200)}`);
  if (url.username !== "" || url.password !== "")
    throw new ToolFailure("bad_url", `a URL with a password: ${url.host}`);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const allowed = allow.includes(`${url.hostname}:${port}`);
  const family = isIP(host);
  let addresses: readonly Address[];
  if (family === 4 || family === 6) addresses = [{ address: host, family }];
  else {
    // Names of the machine and the local network, before anybody is asked for them.
    if (!allowed && /(^|\.)(localhost|local|internal|localdomain|home\.arpa)\.?$/i.test(host))
      throw new ToolFailure("private_address", `${host} is a name of the local network`);
    try {
      addresses = await resolve(host);
    } catch {
      addresses = [];
    }
    if (addresses.length === 0) throw new ToolFailure("no_address", `${host} has no address`);
  }
  const inside = addresses.find(({ address }) => isPrivateAddress(address));
  if (inside && !allowed) throw new ToolFailure("private_address", `${host} is not on the public internet (${inside.address})`); // prettier-ignore
  return addresses;
}

const systemResolve: Resolve = async (host) =>
  (await dns.lookup(host, { all: true })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
