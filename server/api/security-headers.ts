/**
 * Headers that restrict what browsers do with our pages. They are built once at start: building them for each request, as
 * @fastify/helmet does, took a tenth of a small request's time.
 */
import type { FastifyInstance, FastifyReply } from "fastify";

const pagePolicy = {
  "default-src": "'none'",
  "object-src": "'none'",
  "script-src": "'self'",
  // Forbids <style> and style attributes, but not style properties that scripts set.
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

/** For responses that are not pages, in case a browser renders one. */
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
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), " +
    "microphone=(), midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=(), xr-spatial-tracking=()",
  "referrer-policy": "same-origin", // links hold tokens of resets and invitations
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Headers of data, also used while the server is starting. HSTS only with https, or a test machine could not be reached by http. */
export function headersOfData(options: { https: boolean }): Record<string, string> {
  return { ...common, ...transportOf(options), "content-security-policy": dataPolicy };
}

/** ASVS 5 (3.4.1) asks for a year and for subdomains. */
const transportOf = ({ https }: { https: boolean }): Record<string, string> =>
  https ? { "strict-transport-security": "max-age=31536000; includeSubDomains" } : {};

declare module "fastify" {
  interface FastifyContextConfig {
    /** It sets its own security headers: a redirect has no content that they could restrict, and theirs took half of its time. */
    ownHeaders?: true;
  }
}

/** Headers of pages, for routes with their own. */
export function headersOfPages(options: { https: boolean }): Record<string, string> {
  return { ...common, ...transportOf(options), "content-security-policy": policyOf(pagePolicy) };
}

/** Sets them on every response. */
export function setSecurityHeaders(app: FastifyInstance, options: { https: boolean }): void {
  const ofPages = headersOfPages(options);
  const ofData = headersOfData(options);
  app.addHook("onRequest", (request, reply, done) => {
    if (request.routeOptions.config?.ownHeaders) return done();
    reply.headers(request.routeOptions.config?.endpoint || isData.test(request.url) ? ofData : ofPages);
    // Responses and errors are private: browsers and proxies must not cache them.
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
    done();
  });
}

/** Allows one page its own style elements by nonce, or any, for the reference page's library. */
export function allowStyles(reply: FastifyReply, styles: { nonce: string } | "any"): void {
  const source = styles === "any" ? "'unsafe-inline'" : `'nonce-${styles.nonce}'`;
  reply.header("content-security-policy", policyOf({ ...pagePolicy, "style-src": `'self' ${source}` }));
}

/** Addresses whose responses are data, found or not. */
const isData = /^\/(api|metrics)(\/|\?|$)/;

function policyOf(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map((directive) => directive.join(" "))
    .join(";");
}
