import { expect, test } from "vitest";
import { beginningOf } from "./file-beginning.ts";

const file = (begin: string, size: number) => new File([begin, new Uint8Array(size - begin.length)], "x");

test("of a text its first megabyte is looked at, of a workbook all", async () => {
  expect((await beginningOf(file("Navn;Mobil\n", 100))).size).toBe(100);
  expect((await beginningOf(file("Navn;Mobil\n", 5_000_000))).size).toBe(1_000_000);
  expect((await beginningOf(file("PK\u0003\u0004", 5_000_000))).size).toBe(5_000_000);
});

test("a workbook that is more than the server looks at is told before it is sent", async () => {
  await expect(beginningOf(file("PK\u0003\u0004", 17 * 2 ** 20))).rejects.toMatchObject({ code: "workbook_too_large" });
});
