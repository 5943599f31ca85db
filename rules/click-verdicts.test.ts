import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { allLinksWithin, countedEvery, type Hit, judgeHits } from "./click-verdicts.ts";

let made = 0;
const hit = (link_id: string, at: number, reason: string | null = null): Hit => ({
  id: String(++made).padStart(8, "0"),
  link_id,
  at,
  reason,
});
const verdicts = (hits: Hit[], message: { links?: number; delivered_at?: number | null } = {}) =>
  judgeHits(hits, { links: 1, delivered_at: null, ...message }).map(({ verdict, reason }) => reason ?? verdict);

test("a person counts once on a link in ten seconds", () => {
  expect(verdicts([0, 1, 9_999, 10_000, 15_000, 20_000].map((at) => hit("a", at)))).toEqual([
    "human",
    "repeat",
    "repeat",
    "human",
    "repeat",
    "human",
  ]);
  expect(verdicts([hit("a", 0), hit("b", 5_000), hit("a", 8_000)], { links: 2 })).toEqual(["human", "human", "repeat"]);
});

test("what the request says is a robot's, and does not stand in a person's way", () => {
  expect(verdicts([hit("a", 0, "head"), hit("a", 1, "prefetch"), hit("a", 2)])).toEqual(["head", "prefetch", "human"]);
});

test("all links of a message within two seconds are a robot's, however many hits", () => {
  const both = { links: 2 };
  expect(verdicts([hit("a", 0), hit("b", 2_000)], both)).toEqual(["all_links", "all_links"]);
  expect(verdicts([hit("a", 0), hit("b", 2_001)], both)).toEqual(["human", "human"]);
  expect(verdicts([hit("a", 0), hit("a", 500), hit("b", 1_900), hit("a", 30_000)], both)).toEqual([
    "all_links",
    "all_links",
    "all_links",
    "human",
  ]);
  // A scanner's HEAD tells that its GET is one too.
  expect(verdicts([hit("a", 0, "head"), hit("b", 100)], both)).toEqual(["head", "all_links"]);
  expect(verdicts([hit("a", 0), hit("b", 100)], { links: 3 })).toEqual(["human", "human"]);
  expect(verdicts([hit("a", 0)], { links: 1 })).toEqual(["human"]);
});

test("a hit within two seconds of the receipt is a robot's; before the receipt it may be a person's", () => {
  const received = { delivered_at: 10_000 };
  expect(verdicts([hit("a", 9_999)], received)).toEqual(["human"]);
  expect(verdicts([hit("a", 10_000)], received)).toEqual(["after_receipt"]);
  expect(verdicts([hit("a", 12_000)], received)).toEqual(["after_receipt"]);
  expect(verdicts([hit("a", 12_001)], received)).toEqual(["human"]);
});

test("verdicts follow from the hits, in whatever order they are given", () => {
  const hits = fc.array(
    fc.record({
      link_id: fc.constantFrom("a", "b", "c"),
      at: fc.integer({ min: 0, max: 40_000 }),
      reason: fc.constantFrom(null, null, null, "head" as const),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(hits, fc.integer({ min: 1, max: 3 }), fc.integer(), (given, links, seed) => {
      const all = given.map(({ link_id, at, reason }) => hit(link_id, at, reason));
      const message = { links, delivered_at: null };
      const shuffled = all.toSorted((a, b) => ((a.at * 31 + seed) % 17) - ((b.at * 31 + seed) % 17));
      const judged = judgeHits(all, message);
      expect(judgeHits(shuffled, message)).toEqual(judged);
      const byId = new Map(all.map((each) => [each.id, each]));
      const counted = judged.filter(({ verdict }) => verdict === "human").map(({ id }) => byId.get(id) as Hit);
      for (const [i, one] of counted.entries())
        for (const other of counted.slice(i + 1))
          if (other.link_id === one.link_id) expect(other.at - one.at).toBeGreaterThanOrEqual(countedEvery);
      // By trying every stretch of two seconds.
      for (const { id, verdict, reason } of judged) {
        const { at } = byId.get(id) as Hit;
        const isCovered = all.some(({ at: from }) => {
          const within = all.filter((each) => each.at >= from && each.at <= from + allLinksWithin);
          return from <= at && at <= from + allLinksWithin && new Set(within.map((each) => each.link_id)).size >= links;
        });
        if (links > 1) expect(verdict === "robot" || !isCovered, `${id} ${reason}`).toBe(true);
        if (reason === "all_links") expect(isCovered).toBe(true);
      }
    }),
    { numRuns: runs(300, 20_000) },
  );
});
