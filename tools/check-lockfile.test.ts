import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockfileProblems } from "./check-lockfile.ts";

const integrity = `sha512-${"a".repeat(86)}==`;
const problemsOf = (packages: object) => lockfileProblems(JSON.stringify({ packages: { "": {}, ...packages } }));

test("every package of this project has its hash, and none names a host", () => {
  expect(lockfileProblems(readFileSync(join(import.meta.dirname, "..", "package-lock.json"), "utf8"))).toEqual([]);
});

test.each([
  ["no hash", { "node_modules/a": { version: "1.0.0", optional: true } }, "node_modules/a has no SHA-512"],
  [
    "a weak one",
    { "node_modules/a": { integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" } },
    "node_modules/a has no SHA-512",
  ],
  ["a host", { "node_modules/a": { integrity, resolved: "https://r.example/a.tgz" } }, "https://r.example/a.tgz"],
  ["a directory", { "node_modules/a": { link: true } }, "link to a directory"],
  ["bundled by no package", { "node_modules/a": { inBundle: true } }, "bundled in no package"],
  [
    "bundled in what does not say so",
    { "node_modules/a": { integrity }, "node_modules/a/node_modules/b": { inBundle: true } },
    "node_modules/a/node_modules/b is bundled in no package",
  ],
  [
    "bundled in what has no hash",
    {
      "node_modules/a": { bundleDependencies: ["b"] },
      "node_modules/a/node_modules/b": { inBundle: true },
    },
    "node_modules/a/node_modules/b is bundled in no package",
  ],
])("%s is reported by name", (_what, packages, expected) => {
  expect(problemsOf(packages).join("\n")).toContain(expected);
});

test("what is bundled is covered by the hash of the package around it", () => {
  expect(
    problemsOf({
      "node_modules/a": { integrity, bundleDependencies: ["@x/b"] },
      "node_modules/a/node_modules/@x/b": { inBundle: true },
    }),
  ).toEqual([]);
  expect(lockfileProblems("{}")).toEqual(["package-lock.json names no packages"]);
});
