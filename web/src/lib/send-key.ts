import { isPassing } from "../api/api-error.ts";

/**
 * The Idempotency-Key of a send. It stays the same while it is unknown whether the server accepted the call, so that
 * pressing again cannot send twice; after a definite refusal the next attempt is a new one.
 */
export function createSendKey(newKey: () => string): { current(): string; failed(error: unknown): void } {
  let key = newKey();
  return {
    current: () => key,
    failed: (error) => {
      if (!isPassing(error)) key = newKey();
    },
  };
}

/** A random key. crypto.randomUUID exists only on https and localhost; this works on a plain-http installation too. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
