import { expect, test } from "vitest";
import { inShares } from "./shares.ts";

const found = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
const itself = (id: string) => id;
const sizes = (count: number, attendees: ReadonlyMap<string, number>) =>
  inShares(found(count), itself, attendees).map((share) => share.length);

test("200 bookings are decided at once, fewer where many come, and one at least", () => {
  expect(sizes(0, new Map())).toEqual([]);
  expect(sizes(401, new Map())).toEqual([200, 200, 1]);
  expect(sizes(5, new Map(["0", "1", "2", "3", "4"].map((id) => [id, 400])))).toEqual([2, 2, 1]);
  expect(sizes(3, new Map([["1", 5_000]]))).toEqual([1, 1, 1]);
  expect(inShares(found(401), itself, new Map([["7", 990]])).flat()).toEqual(found(401));
});

test("what waits of one booking stays together, where its first stands", () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({ row: i, booking: i < 299 ? `${i % 250}` : null }));
  const shares = inShares(rows, ({ booking }) => booking, new Map());
  expect(shares.map((share) => new Set(share.map(({ booking }) => booking)).size)).toEqual([151, 100]);
  expect(shares[0]?.slice(0, 4).map(({ row }) => row)).toEqual([0, 250, 1, 251]);
});
