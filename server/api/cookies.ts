/** Cookies of an answer. */
import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * Sets cookies, for https only where the request came by it: PUBLIC_URL says so for all, and else the proxy in front of us
 * for this one.
 */
export function setCookies(request: FastifyRequest, reply: FastifyReply, cookies: string | readonly string[]): void {
  const secured = [cookies]
    .flat()
    .map((cookie) => (request.protocol === "https" && !/;\s*secure\b/i.test(cookie) ? `${cookie}; Secure` : cookie));
  reply.header("set-cookie", secured);
}
