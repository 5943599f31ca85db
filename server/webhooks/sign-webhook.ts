/** Secrets and signatures of the Standard Webhooks specification 1.0 (symmetric, v1). */
import { createHmac, randomBytes } from "node:crypto";

const prefix = "whsec_";
const secretBytes = 32;

/** A new secret: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(bytes: Buffer = randomBytes(secretBytes)): string {
  return `${prefix}${bytes.toString("base64")}`;
}

/** The headers of one attempt. With two secrets, during a rotation, either verifies it. */
export function signedHeaders(
  secrets: readonly string[],
  message: { id: string; at: Date; body: string },
): { "webhook-id": string; "webhook-timestamp": string; "webhook-signature": string } {
  const timestamp = Math.floor(message.at.getTime() / 1000).toString();
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${message.id}.${timestamp}.${message.body}`).digest("base64")}`;
  });
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
