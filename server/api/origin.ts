/** Keeps other sites from using a visitor's cookie. */
import type { FastifyRequest } from "fastify";
import { forbidden } from "../kit/errors.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * 403 `cross_site` for a request that would change something and that a browser sends from another site. Every current
 * browser says so by Sec-Fetch-Site; older ones send an Origin with every POST, PUT, PATCH and DELETE. What sends neither
 * is no browser. SameSite=Lax and a Content-Type that no form can send stand behind this.
 */
export function checkOrigin(request: FastifyRequest, publicUrl: string): void {
  if (safe.has(request.method)) return;
  const site = request.headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return;
  const { origin } = request.headers;
  if (site === undefined && origin === undefined) return;
  // A page of ours behind a proxy that is reached by another name than ours.
  if (origin !== undefined && site !== "cross-site" && isOurs(origin, request, publicUrl)) return;
  throw forbidden("cross_site", "This request came from another site.", { field: "Origin", value: origin });
}

/** The one people use, or the very address that was asked for, which host.ts has found to be ours. */
function isOurs(origin: string, { protocol, host }: FastifyRequest, publicUrl: string): boolean {
  const from = URL.parse(origin);
  if (!from) return false;
  return from.origin === new URL(publicUrl).origin || from.origin === URL.parse(`${protocol}://${host}`)?.origin;
}
