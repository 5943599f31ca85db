/**
 * Secrets at rest: encrypted with the installation's key (AES-256-GCM), so that a copy of the database alone reveals nothing.
 *
 * A sealed value only opens with the same `context`, such as the row it belongs to, so it cannot be moved to another row.
 * Layout: version (1 octet), nonce (12), tag (16), ciphertext.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const version = 1;
const algorithm = "aes-256-gcm";
const nonceLength = 12;
const tagLength = 16;

/** Seals and opens values; `open` throws when the value was sealed with another key or context. */
export interface Seal {
  close(value: object, context: string): Buffer;
  open(sealed: Buffer, context: string): unknown;
}

/** A seal with the installation's key (config.secret_key). */
export function createSeal(secretKey: string): Seal {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "varsla", "secrets at rest", 32));
  return {
    close(value, context) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text]);
    },
    open(sealed, context) {
      if (sealed[0] !== version) throw new Error(`a sealed value has version ${sealed[0]}, not ${version}`);
      const nonce = sealed.subarray(1, 1 + nonceLength);
      const tag = sealed.subarray(1 + nonceLength, 1 + nonceLength + tagLength);
      const decipher = createDecipheriv(algorithm, key, nonce).setAAD(Buffer.from(context)).setAuthTag(tag);
      try {
        const text = decipher.update(sealed.subarray(1 + nonceLength + tagLength));
        return JSON.parse(Buffer.concat([text, decipher.final()]).toString("utf8"));
      } catch (cause) {
        throw new Error("a secret does not open: SECRET_KEY is not the one it was sealed with", { cause });
      }
    },
  };
}
