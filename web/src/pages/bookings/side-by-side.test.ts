import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../../../testing/runs.ts";
import { sideBySide } from "./side-by-side.ts";

const extent = (from: number, to: number) => ({ from, to });

test("one alone has the whole width, also where another begins as it ends", () => {
  expect(sideBySide([extent(540, 600), extent(600, 630)])).toEqual([
    { lane: 0, span: 1, lanes: 1 },
    { lane: 0, span: 1, lanes: 1 },
  ]);
});

test("two at once share the width, and a third that overlaps only one of them takes the free lane", () => {
  expect(sideBySide([extent(540, 660), extent(540, 600), extent(600, 660)])).toEqual([
    { lane: 0, span: 1, lanes: 2 },
    { lane: 1, span: 1, lanes: 2 },
    { lane: 1, span: 1, lanes: 2 },
  ]);
});

test("one widens over lanes that are free beside it", () => {
  const places = sideBySide([extent(540, 570), extent(540, 570), extent(540, 700), extent(600, 660)]);
  expect(places[3]).toEqual({ lane: 1, span: 2, lanes: 3 });
});

const extents = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 1_410 }), fc.integer({ min: 15, max: 600 }))
    .map(([from, length]) => extent(from, from + length)),
  { maxLength: 40 },
);

test("property: nothing covers another, nothing leaves the column, and no more lanes are used than are needed", () => {
  fc.assert(
    fc.property(extents, (all) => {
      const places = sideBySide(all);
      const box = (index: number) => {
        const { lane = 0, span = 0, lanes = 0 } = places[index] ?? {};
        return { left: lane / lanes, right: (lane + span) / lanes, lanes };
      };
      for (const [a, one] of all.entries()) {
        expect(box(a).right).toBeLessThanOrEqual(1);
        for (const [b, other] of all.entries()) {
          if (a === b || one.from >= other.to || other.from >= one.to) continue;
          expect(box(a).lanes).toBe(box(b).lanes);
          expect(box(a).right <= box(b).left || box(b).right <= box(a).left).toBe(true);
        }
      }
      const atOnce = (minute: number) => all.filter(({ from, to }) => from <= minute && minute < to).length;
      const most = Math.max(0, ...all.map(({ from }) => atOnce(from)));
      expect(Math.max(0, ...places.map(({ lanes }) => lanes))).toBe(most);
    }),
    { numRuns: runs(300, 20_000) },
  );
});
