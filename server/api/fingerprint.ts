/** The fingerprint of an Idempotency-Key: the method, path and body of its first request. */
import { hash } from "node:crypto";
import { invalid } from "../kit/errors.ts";
import type { Idempotency } from "../kit/idempotency.ts";

/** The key of a request with its fingerprint; null without the header, 422 when it is not 1 to 255 visible characters. */
export function readIdempotency(
  header: string | string[] | undefined,
  request: { method: string; url: string; body: unknown },
): Idempotency | null {
  if (header === undefined) return null;
  if (typeof header !== "string" || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw invalid(
      "invalid_idempotency_key",
      "An Idempotency-Key is 1 to 255 visible ASCII characters.",
      "Idempotency-Key",
      String(header).slice(0, 255),
    );
  }
  const what = `${request.method} ${request.url}\n${canonical(request.body)}`;
  return { key: header, fingerprint: hash("sha256", what, "base64url") };
}

/** JSON with sorted keys, so that the order of fields does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inside: unknown) =>
    inside !== null && typeof inside === "object" && !Array.isArray(inside)
      ? Object.fromEntries(Object.entries(inside).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inside,
  );
}
