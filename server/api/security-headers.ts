/** Headers that keep a browser from doing what our pages never ask for. */
import helmet from "@fastify/helmet";
import type { FastifyInstance, FastifyReply } from "fastify";

const base = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", "data:", "blob:"],
  fontSrc: ["'self'"],
  manifestSrc: ["'self'"],
  workerSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** Sets them on every answer. HSTS only where people come by https, or a test machine would be locked out of http. */
export async function setSecurityHeaders(app: FastifyInstance, options: { https: boolean }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...base,
        // No inline script, and no <style> either; style properties that scripts set are not inline styles.
        styleSrc: ["'self'"],
        ...(options.https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: options.https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: "same-origin" }, // links hold tokens of resets and invitations
    xFrameOptions: { action: "deny" },
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  });
}

/** Lets one answer have its own style elements by nonce, or, for the reference page's library, any. */
export function allowStyles(reply: FastifyReply, styles: { nonce: string } | "any"): void {
  const source = styles === "any" ? "'unsafe-inline'" : `'nonce-${styles.nonce}'`;
  const directives = { ...base, styleSrc: ["'self'", source] };
  const policy = Object.entries(directives)
    .map(([name, sources]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(" ")}`)
    .join(";");
  reply.header("content-security-policy", policy);
}
