/**
 * Refuses requests for foreign host names. With DNS rebinding an attacker points their own name to this machine: a browser that
 * has opened the attacker's page takes our responses for the same origin, and the page could call this server from inside.
 *
 * The port is not checked: a name is safe with any, and proxies, containers and tunnels have their own.
 */
import { networkInterfaces } from "node:os";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Config } from "../kit/config.ts";
import { Problem } from "../kit/errors.ts";
import { networks, readAddress } from "../kit/ip-address.ts";

interface Host {
  /** In lower case, without brackets and without the dot at the end. */
  name: string;
  port: string;
}

/** Parses a Host header or an authority; null when it is neither. Nothing is decoded, since no name of ours needs it. */
export function readHost(text: string): Host | null {
  const [, bracketed, plain = "", port = ""] =
    /^(?:\[([\d.:a-f]+)\]|([a-z\d._-]{1,255}))(?::(\d{0,5}))?$/i.exec(text) ?? [];
  if (Number(port) > 65_535) return null;
  if (bracketed !== undefined) {
    const name = readAddress(bracketed);
    return name === null ? null : { name, port };
  }
  const name = plain.toLowerCase().replace(/\.$/, "");
  return name === "" ? null : { name, port };
}

/**
 * The path of a request target. Clients of a proxy send the whole address (absolute-form, RFC 9112, 3.2.2), whose host
 * `checkHosts` checks.
 */
export function pathOf(target: string): string {
  const absolute = absoluteForm.exec(target);
  if (!absolute) return target;
  const [, , rest = ""] = absolute;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

const absoluteForm = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** 400 `malformed_host` or 421 `unknown_host` for every request for a foreign name. */
export function checkHosts(app: FastifyInstance, config: Pick<Config, "public_url" | "link_domain">): void {
  const names = new Set(["localhost"]);
  for (const host of [new URL(config.public_url).host, config.link_domain]) {
    const read = readHost(host);
    if (read) names.add(read.name);
  }
  const check = (text: string, field: string, request: FastifyRequest): void => {
    const host = readHost(text);
    const value = text.slice(0, 200);
    if (!host) throw new Problem(400, "malformed_host", `${field} is no host.`, { field, value });
    if (names.has(host.name) || isAddressOfHere(host.name, request)) return;
    const message =
      `${host.name} is no name of this installation. Ask for ${config.public_url}, or set PUBLIC_URL to the address ` +
      "that people use; a proxy must pass on the Host that it was asked for.";
    throw new Problem(421, "unknown_host", message, { field, value });
  };

  app.addHook("onRequest", (request, _reply, done) => {
    try {
      checkHost(request, check);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

type Check = (text: string, field: string, request: FastifyRequest) => void;

function checkHost(request: FastifyRequest, check: Check): void {
  const { raw } = request;
  const hosts = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
  if (hosts > 1) throw new Problem(400, "malformed_host", "Host is there more than once.", { field: "Host" });
  // applyForwarded leaves it only when a trusted proxy sent it.
  const forwarded = raw.headers["x-forwarded-host"];
  if (typeof forwarded === "string") check(forwarded, "X-Forwarded-Host", request);
  const authority = absoluteForm.exec(request.originalUrl)?.[1];
  if (authority !== undefined) check(authority, "request target", request);
  const { host } = raw.headers;
  if (host === undefined) {
    // Some load balancers still check health so; a browser never does.
    if (raw.httpVersion === "1.0" && request.routeOptions.url === "/api/health") return;
    throw new Problem(400, "malformed_host", "Host is missing.", { field: "Host" });
  }
  // A proxy on another machine may use a Host that only it knows. From this machine Host is checked even so: the caller may be a
  // browser, with headers that an attacker's page set.
  if (typeof forwarded === "string" && !isLoopback(raw.socket.remoteAddress ?? "")) return;
  check(host, "Host", request);
}

const loopback = networks(["127.0.0.0/8", "::1"]);
const isLoopback = (address: string) => loopback.has(address);

/** Whether it is loopback, the address this connection was made to, or one of our interfaces'. */
function isAddressOfHere(name: string, request: FastifyRequest): boolean {
  const address = readAddress(name);
  if (address === null) return false;
  if (isLoopback(address)) return true;
  return address === readAddress(request.socket.localAddress ?? "") || ownAddresses().has(address);
}

const cachedFor = 10_000; // milliseconds
let own: { addresses: Set<string>; at: number } | null = null;

function ownAddresses(): Set<string> {
  const now = performance.now();
  if (!own || now - own.at > cachedFor) {
    const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    own = { addresses: new Set(all.flatMap(({ address }) => readAddress(address) ?? [])), at: now };
  }
  return own.addresses;
}
