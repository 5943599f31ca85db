/** The version is said in one place to npm and the API, and in another to people. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./run.ts";

const read = (name: string) => readFileSync(join(root, name), "utf8");

test("the version of the package, and so of the API's description, is the changelog's newest", () => {
  const newest = /^## (\S+)/m.exec(read("CHANGELOG.md"))?.[1];
  const { version, packages } = JSON.parse(read("package-lock.json"));
  expect([JSON.parse(read("package.json")).version, version, packages[""].version]).toEqual([newest, newest, newest]);
});
