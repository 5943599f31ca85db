import { expect, test } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { createSendKey, randomKey } from "./send-key.ts";

test("a send with an unknown outcome is repeated under its own key, a refused one under a new key", () => {
  let made = 0;
  const key = createSendKey(() => `key-${++made}`);
  key.failed(new ApiError(0, "offline", ""));
  key.failed(new ApiError(502, "unreadable", ""));
  expect(key.current()).toBe("key-1");
  key.failed(new ApiError(422, "quota_exceeded", ""));
  expect(key.current()).toBe("key-2");
});

test("random keys are long and differ", () => {
  expect(randomKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(randomKey()).not.toBe(randomKey());
});
