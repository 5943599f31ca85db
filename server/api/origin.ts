/** Keeps other sites from using a visitor's cookie. */
import type { FastifyRequest } from "fastify";
import { forbidden } from "../kit/errors.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * 403 `cross_site` for a request that would change something and that a browser sends from another site. Current browsers
 * send Sec-Fetch-Site; older ones send an Origin with every POST, PUT, PATCH and DELETE. A client that sends neither is not a
 * browser. SameSite=Lax and a Content-Type that no form can send are further defences.
 */
export function checkOrigin(request: FastifyRequest, publicUrl: string): void {
  if (safe.has(request.method)) return;
  const site = request.headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return;
  const { origin } = request.headers;
  if (site === undefined && origin === undefined) return;
  // Our own page, behind a proxy with another name.
  if (origin !== undefined && site !== "cross-site" && isOurs(origin, request, publicUrl)) return;
  throw forbidden("cross_site", "This request came from another site.", { field: "Origin", value: origin });
}

/** Whether it is PUBLIC_URL's origin or that of the request's Host, which host.ts has checked. */
function isOurs(origin: string, { protocol, host }: FastifyRequest, publicUrl: string): boolean {
  const from = URL.parse(origin);
  if (!from) return false;
  return from.origin === new URL(publicUrl).origin || from.origin === URL.parse(`${protocol}://${host}`)?.origin;
}
