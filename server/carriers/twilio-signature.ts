/**
 * X-Twilio-Signature: HMAC-SHA1 with the account's auth token over the URL as Twilio was given it, followed by the form's
 * parameters sorted by name, name and value, duplicates of a value once. A JSON body is signed by its SHA-256 in the URL's
 * bodySHA256. Source: https://www.twilio.com/docs/usage/security#validating-requests and Twilio's own libraries.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as it arrived. */
export interface SignedRequest {
  /** Where the world reaches us, each with scheme and host: any of them may be what Twilio was given, likely ones first. */
  origins: readonly string[];
  /** Path and query as they were asked for, escapes untouched. */
  url: string;
  signature: string | undefined;
  contentType: string | undefined;
  /** The body, octet by octet as UTF-8. */
  body: string;
}

/** What may follow a URL that Twilio was given and that never reaches us: its rules for trying again. */
export const connectionOverrides = "#rc=5&rp=all";

/** 20 octets in base64. */
const signatureLength = 28;
const formType = /^application\/x-www-form-urlencoded\b/i;

/** The parameters of a request that Twilio has signed with this token, or null where it has not. */
export function readSigned(authToken: string, request: SignedRequest): URLSearchParams | null {
  const { signature, url, body } = request;
  if (signature?.length !== signatureLength) return null;
  const hash = new URLSearchParams(url.slice(url.indexOf("?") + 1 || url.length)).get("bodySHA256");
  const isForm = formType.test(request.contentType ?? "");
  // What is neither a form nor named by its hash is not covered by the signature at all.
  if (!isForm && !hash) return null;
  if (hash && !isSame(hash.toLowerCase(), createHash("sha256").update(body).digest("hex"))) return null;
  const form = isForm ? new URLSearchParams(body) : readJson(body);
  const signed = hash ? "" : concatenated(form);
  for (const candidate of urlsOf(request)) {
    if (isSame(signature, sign(authToken, candidate, signed))) return form;
  }
  return null;
}

/** The signature of a URL and a form, as Twilio makes it. */
export function signatureOf(authToken: string, url: string, form: URLSearchParams): string {
  return sign(authToken, url, concatenated(form));
}

function sign(authToken: string, url: string, params: string): string {
  return createHmac("sha1", authToken).update(url).update(params).digest("base64");
}

/** By name, then by value, each pair once. One sort: a form of thousands of names must not cost thousands of searches. */
function concatenated(form: URLSearchParams): string {
  let text = "";
  let before: Pair | null = null;
  for (const pair of [...form].sort(byNameAndValue)) {
    const [name, value] = pair;
    if (name !== before?.[0] || value !== before[1]) text += name + value;
    before = pair;
  }
  return text;
}

type Pair = [name: string, value: string];

function byNameAndValue([a, x]: Pair, [b, y]: Pair): number {
  if (a !== b) return a < b ? -1 : 1;
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * The URLs that Twilio may have signed, the likely one first: with and without the scheme's own port, since it does either,
 * and with the overrides that we put behind the URLs we give it.
 */
function* urlsOf({ origins, url }: SignedRequest): Generator<string> {
  const seen = new Set<string>();
  for (const origin of origins) {
    for (const variant of variantsOf(origin, url)) {
      if (seen.has(variant)) continue;
      seen.add(variant);
      yield variant;
    }
  }
  for (const variant of seen) yield variant + connectionOverrides;
}

function* variantsOf(origin: string, url: string): Generator<string> {
  yield origin + url;
  if (!URL.canParse(origin) || !URL.canParse(origin + url)) return;
  const { protocol, hostname, port } = new URL(origin);
  const { pathname, search } = new URL(origin + url);
  for (const path of new Set([prefixOf(origin) + url, pathname + search])) {
    yield `${protocol}//${hostname}${port ? `:${port}` : ""}${path}`;
    yield `${protocol}//${hostname}${path}`;
    yield `${protocol}//${hostname}:${port || (protocol === "https:" ? "443" : "80")}${path}`;
  }
}

/** The path of a public URL that does not lie at the root of its host. */
const prefixOf = (origin: string) => new URL(origin).pathname.replace(/\/$/, "");

/** The top level of a JSON object as parameters; what is not flat is left out. */
function readJson(body: string): URLSearchParams {
  const form = new URLSearchParams();
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return form; // signed all the same: whoever reads it finds nothing
  }
  if (typeof parsed !== "object" || parsed === null) return form;
  for (const [name, value] of Object.entries(parsed)) {
    if (["string", "number", "boolean"].includes(typeof value)) form.append(name, String(value));
  }
  return form;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
