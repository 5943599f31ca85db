/**
 * X-Twilio-Signature: an HMAC over the URL as Twilio was given it, followed by the form's parameters sorted by name, name and
 * value, duplicates of a value once. A JSON body is signed by its SHA-256 in the URL's bodySHA256. Usually it is HMAC-SHA1
 * with the account's auth token. Where one of Twilio's webhook rules fits the URL it is made with a shared key and the
 * algorithm of that rule's setting, which X-Twilio-Webhooks-Signature-Settings names: "key=…,algorithm=HMAC_SHA256"; only the
 * hash is another. Sources: https://www.twilio.com/docs/usage/security#validating-requests,
 * https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys, and Twilio's own libraries (twilio-node,
 * examples/WebhookSignatureValidation.md).
 *
 * Third parties also describe an X-Twilio-Signature-256 in addition. No page of Twilio's has it; it would be the same proof, so it
 * is read as well.
 *
 * One right signature among several is enough: it proves that the sender knows the secret and signed just this request, and adding
 * a wrong one gains nothing. The settings header is binding: an algorithm that it names is the only one that X-Twilio-Signature is
 * checked with, and an unknown algorithm is refused.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as it arrived. */
export interface SignedRequest {
  /** Our public origins, each with scheme and host: Twilio may have been given any of them, likely ones first. */
  origins: readonly string[];
  /** Path and query as requested, escapes untouched. */
  url: string;
  /** X-Twilio-Signature; several, where the header is repeated. */
  signature: string | undefined;
  /** X-Twilio-Webhooks-Signature-Settings. */
  settings?: string | undefined;
  /** X-Twilio-Signature-256. */
  signature256?: string | undefined;
  contentType: string | undefined;
  /** The body, octet by octet as UTF-8. */
  body: string;
}

/** Twilio's retry rules, appended to a URL that it is given; the fragment is never sent to us. */
export const connectionOverrides = "#rc=5&rp=all";

type Algorithm = "sha1" | "sha256";

/** By their names at Twilio. */
const algorithms: Readonly<Record<string, Algorithm>> = { HMAC_SHA1: "sha1", HMAC_SHA256: "sha256" };
/** 20 and 32 octets in base64. */
const signatureLength: Record<Algorithm, number> = { sha1: 28, sha256: 44 };
/** How many signatures of one header are tried; legitimate requests have fewer. */
const mostSignatures = 4;
const formType = /^application\/x-www-form-urlencoded\b/i;

/**
 * The parameters of a request that Twilio has signed with the auth token or one of the account's shared keys, or null where
 * it has not.
 */
export function readSigned(
  authToken: string,
  request: SignedRequest,
  sharedKeys: readonly string[] = [],
): URLSearchParams | null {
  const { url, body } = request;
  const signatures = signaturesOf(request);
  if (signatures.size === 0) return null;
  const hash = new URLSearchParams(url.slice(url.indexOf("?") + 1 || url.length)).get("bodySHA256");
  const isForm = formType.test(request.contentType ?? "");
  // A body that is neither a form nor named by its hash is not covered by the signature.
  if (!isForm && !hash) return null;
  if (hash && !isSame(hash.toLowerCase(), createHash("sha256").update(body).digest("hex"))) return null;
  const form = isForm ? new URLSearchParams(body) : readJson(body);
  const signed = hash ? "" : concatenated(form);
  const secrets = [authToken, ...sharedKeys];
  for (const candidate of urlsOf(request)) {
    for (const [algorithm, given] of signatures) {
      for (const secret of secrets) {
        const right = sign(algorithm, secret, candidate, signed);
        if (given.some((signature) => isSame(signature, right))) return form;
      }
    }
  }
  return null;
}

/** The signatures of a request, by the algorithm to check them with. */
function signaturesOf({ signature, settings, signature256 }: SignedRequest): Map<Algorithm, string[]> {
  const found = new Map<Algorithm, string[]>();
  const add = (header: string | undefined, allowed: readonly Algorithm[]) => {
    for (const given of (header ?? "").split(/,\s*/, mostSignatures)) {
      const algorithm = allowed.find((each) => given.length === signatureLength[each]);
      if (algorithm) found.set(algorithm, [...(found.get(algorithm) ?? []), given]);
    }
  };
  add(signature, settings === undefined ? ["sha1", "sha256"] : namedIn(settings));
  add(signature256, ["sha256"]);
  return found;
}

/** The algorithms that the settings header allows: the one that it names, or both. */
function namedIn(settings: string): readonly Algorithm[] {
  const name = /(?:^|[,;\s])algorithm\s*=\s*"?([^",;\s]*)/i.exec(settings)?.[1];
  if (name === undefined) return ["sha1", "sha256"];
  const algorithm = algorithms[name.toUpperCase().replace("-", "_")];
  return algorithm ? [algorithm] : [];
}

function sign(algorithm: Algorithm, secret: string, url: string, params: string): string {
  return createHmac(algorithm, secret).update(url).update(params).digest("base64");
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
 * The URLs that Twilio may have signed, the likely one first: with and without the scheme's own port, since it does both, and
 * with the overrides that we append to the URLs we give it.
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

/** A URL with its user and password, and without them, as where a proxy asks for them. */
function* variantsOf(origin: string, url: string): Generator<string> {
  yield origin + url;
  if (!URL.canParse(origin) || !URL.canParse(origin + url)) return;
  const { protocol, hostname, port, username, password } = new URL(origin);
  const { pathname, search } = new URL(origin + url);
  const credentials = username || password ? `${username}${password && `:${password}`}@` : "";
  const standard = protocol === "https:" ? "443" : "80";
  for (const path of new Set([prefixOf(origin) + url, pathname + search])) {
    for (const userInfo of new Set([credentials, ""])) {
      yield `${protocol}//${userInfo}${hostname}${port ? `:${port}` : ""}${path}`;
      yield `${protocol}//${userInfo}${hostname}${path}`;
      yield `${protocol}//${userInfo}${hostname}:${port || standard}${path}`;
      yield `${protocol}//${userInfo}${hostname}:${standard}${path}`;
    }
  }
}

/** The path of a public URL that is not at the root of its host. */
const prefixOf = (origin: string) => new URL(origin).pathname.replace(/\/$/, "");

/** The top level of a JSON object as parameters; what is not flat is left out. */
function readJson(body: string): URLSearchParams {
  const form = new URLSearchParams();
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return form; // signed, but without parameters
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
