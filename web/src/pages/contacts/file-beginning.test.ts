import { expect, test } from "vitest";
import { beginningOf } from "./file-beginning.ts";

const file = (begin: string, size: number) => new File([begin, new Uint8Array(size - begin.length)], "x");

test("of a text file the first megabyte is read, of a workbook all of it", async () => {
  expect((await beginningOf(file("Navn;Mobil\n", 100))).size).toBe(100);
  expect((await beginningOf(file("Navn;Mobil\n", 5_000_000))).size).toBe(1_000_000);
  expect((await beginningOf(file("PK\u0003\u0004", 5_000_000))).size).toBe(5_000_000);
});

test("a workbook larger than the server previews is refused before it is sent", async () => {
  await expect(beginningOf(file("PK\u0003\u0004", 17 * 2 ** 20))).rejects.toMatchObject({ code: "workbook_too_large" });
});
