import { expect, test } from "vitest";
import { estimateSegments } from "../../../../rules/estimate.ts";
import { countText } from "./counter.ts";

const optOut = "Reply STOP to opt out";

test("the counter shows the figures that the review and the quota use", () => {
  for (const text of [
    "",
    "Hi",
    "Hei {{ contact.first_name }} 😀",
    `${"a".repeat(200)} https://example.com/a/very/long/address`,
  ]) {
    const { encoding, segments, unitsLeft, characters } = estimateSegments(text, { optOutText: optOut });
    expect(countText(text, optOut)).toMatchObject({ encoding, segments, left: unitsLeft, characters });
  }
});

test("an empty text costs nothing and has a whole segment left", () => {
  expect(countText("", null)).toMatchObject({ characters: 0, segments: 0, left: 160, encoding: "GSM-7" });
});

test("only fields and links that are shortened make the count an estimate", () => {
  expect(countText("Sale at 10 %", null).estimated).toBe(false);
  expect(countText("Sale {{ contact.first_name }}", null).estimated).toBe(true);
  expect(countText("Sale https://example.com", null, true).estimated).toBe(true);
  expect(countText("Sale https://example.com", null).estimated).toBe(false);
});

test("replacing is offered with its saving, and only where it is possible", () => {
  const curly = countText(`“${"a".repeat(100)}”`, null);
  expect(curly).toMatchObject({ encoding: "UCS-2", segments: 2, plain: 1 });
  expect(countText("😀", null).plain).toBeNull();
  expect(countText("plain", null).plain).toBeNull();
});

test("costly characters of the opt-out text are listed separately", () => {
  const count = countText("Hi", "Svar STOPP – takk");
  expect(count.encoding).toBe("UCS-2");
  expect(count.unusual).toEqual([]);
  expect(count.optOutUnusual.map((one) => one.character)).toEqual(["–"]);
});

test("a text beyond 1,600 characters is too long, the opt-out text included", () => {
  expect(countText("a".repeat(1600), null).tooLong).toBe(false);
  expect(countText("a".repeat(1590), optOut).tooLong).toBe(true);
});
