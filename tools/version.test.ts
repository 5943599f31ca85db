/** The version for npm and the API is in package.json, the version for people in the changelog. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./run.ts";

const read = (name: string) => readFileSync(join(root, name), "utf8");

test("the version of the package, and so of the OpenAPI document, is the newest of the changelog", () => {
  // What is not released yet has no number.
  const newest = /^## (\d\S*)/m.exec(read("CHANGELOG.md"))?.[1];
  const { version, packages } = JSON.parse(read("package-lock.json"));
  expect([JSON.parse(read("package.json")).version, version, packages[""].version]).toEqual([newest, newest, newest]);
});
