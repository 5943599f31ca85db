/**
 * Headers that keep a browser from doing what our pages never ask for. They are constants, written once at start: putting
 * them together for each request, as @fastify/helmet does, was a tenth of a small request's time.
 */
import type { FastifyInstance, FastifyReply } from "fastify";

const pagePolicy = {
  "default-src": "'none'",
  "object-src": "'none'",
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
const dataPolicy = policyOf({
  "default-src": "'none'",
  "object-src": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
});

const common = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "accelerometer=(), bluetooth=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), " +
    "microphone=(), midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=(), xr-spatial-tracking=()",
  "referrer-policy": "same-origin", // links hold tokens of resets and invitations
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Of data, also while the server is only starting. HSTS only where people come by https, or a test machine would be locked out of http. */
export function headersOfData(options: { https: boolean }): Record<string, string> {
  return { ...common, ...transportOf(options), "content-security-policy": dataPolicy };
}

/** ASVS 5 (3.4.1) asks for a year and for the names below it. */
const transportOf = ({ https }: { https: boolean }): Record<string, string> =>
  https ? { "strict-transport-security": "max-age=31536000; includeSubDomains" } : {};

/** Sets them on every answer. */
export function setSecurityHeaders(app: FastifyInstance, options: { https: boolean }): void {
  const ofPages = { ...common, ...transportOf(options), "content-security-policy": policyOf(pagePolicy) };
  const ofData = headersOfData(options);
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(request.routeOptions.config?.endpoint || isData.test(request.url) ? ofData : ofPages);
    // Answers are somebody's, refusals too: no browser or proxy keeps them for whoever comes next.
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
    done();
  });
}

/** Lets one page have its own style elements by nonce, or, for the reference page's library, any. */
export function allowStyles(reply: FastifyReply, styles: { nonce: string } | "any"): void {
  const source = styles === "any" ? "'unsafe-inline'" : `'nonce-${styles.nonce}'`;
  reply.header("content-security-policy", policyOf({ ...pagePolicy, "style-src": `'self' ${source}` }));
}

/** Whatever is asked for there, found or not, is no page. */
const isData = /^\/(api|metrics)(\/|\?|$)/;

function policyOf(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map((directive) => directive.join(" "))
    .join(";");
}
