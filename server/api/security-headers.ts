/**
 * Headers that keep a browser from doing what our pages never ask for. They are constants, written once at start: putting
 * them together for each request, as @fastify/helmet does, was a tenth of a small request's time.
 */
import type { FastifyInstance, FastifyReply } from "fastify";

const pagePolicy = {
  "default-src": "'none'",
  "script-src": "'self'",
  // No <style> and no style attribute either; style properties that scripts set are neither.
  "style-src": "'self'",
  "connect-src": "'self'",
  "img-src": "'self' data: blob:",
  "font-src": "'self'",
  "manifest-src": "'self'",
  "worker-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'self'",
  "frame-ancestors": "'none'",
};

/** Of answers that are no pages, should a browser ever show one as such. */
const dataPolicy = "default-src 'none';frame-ancestors 'none'";

const common = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "same-origin", // links hold tokens of resets and invitations
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Sets them on every answer. HSTS only where people come by https, or a test machine would be locked out of http. */
export function setSecurityHeaders(app: FastifyInstance, options: { https: boolean }): void {
  const transport = options.https ? { "strict-transport-security": "max-age=31536000" } : {};
  const ofPages = { ...common, ...transport, "content-security-policy": policyOf(pagePolicy) };
  const ofData = { ...common, ...transport, "content-security-policy": dataPolicy };
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(request.routeOptions.config?.endpoint ? ofData : ofPages);
    done();
  });
}

/** Lets one page have its own style elements by nonce, or, for the reference page's library, any. */
export function allowStyles(reply: FastifyReply, styles: { nonce: string } | "any"): void {
  const source = styles === "any" ? "'unsafe-inline'" : `'nonce-${styles.nonce}'`;
  reply.header("content-security-policy", policyOf({ ...pagePolicy, "style-src": `'self' ${source}` }));
}

function policyOf(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map((directive) => directive.join(" "))
    .join(";");
}
