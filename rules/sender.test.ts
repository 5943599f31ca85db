import { expect, test } from "vitest";
import { readSender } from "./sender.ts";

test("names, numbers and short codes are distinguished", () => {
  expect(readSender("Salong 1")).toEqual({ kind: "alphanumeric", address: "Salong 1", canReceive: false });
  expect(readSender(" A-b_c &+9 ")).toMatchObject({ address: "A-b_c &+9" });
  expect(readSender("+47 400 12 345")).toEqual({ kind: "long_number", address: "+4740012345", canReceive: true });
  for (const spelling of ["004740012345", "+47 400\u201112\u2011345", "\u202a+4740012345\u202c", "tel:+47-400-12-345"])
    expect(readSender(spelling), spelling).toMatchObject({ address: "+4740012345" });
  expect(readSender("2090")).toEqual({ kind: "short_code", address: "2090", canReceive: true });
});

test("an address that no network shows as a sender is refused, with the reason", () => {
  for (const [text, reason] of [
    ["", "at least one character"],
    ["Salong Solsikke", "15 characters"],
    ["Blåbær", '"å"'],
    ["a.b", '"."'],
    ["12", "neither a short code"],
    ["123456789", "neither a short code"],
    ["12-34", "no letter"],
    ["+47", "is not a number"],
    ["+47 abc", "is not a number"],
    ["+44 (0)20 7946 0000", "without (0)"],
    ["a\u0000", "\u0000"],
    ["😀", "😀"],
  ] as const)
    expect(readSender(text), text).toEqual({ problem: expect.stringContaining(reason) });
});
