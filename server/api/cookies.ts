/** Cookies of a response. */
import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * Sets cookies, adding Secure when the request came by https. With an https PUBLIC_URL they are Secure already; otherwise
 * a proxy may have said so for this request.
 */
export function setCookies(request: FastifyRequest, reply: FastifyReply, cookies: string | readonly string[]): void {
  const secured = [cookies]
    .flat()
    .map((cookie) => (request.protocol === "https" && !/;\s*secure\b/i.test(cookie) ? `${cookie}; Secure` : cookie));
  reply.header("set-cookie", secured);
}
