import fc from "fast-check";
import { expect, test } from "vitest";
import { type ArrivedPart, isEcho, isWhole, oneOfEach, type PlacedPart, placeParts, textsOf } from "./part-groups.ts";

let digests = 0;
const part = (number: number, words: string, parts: Partial<ArrivedPart> = {}): ArrivedPart => ({
  text_key: "k",
  digest: Buffer.from(String(++digests)),
  number,
  total: 2,
  sender: "a",
  sender_type: "unknown",
  recipient: "b",
  recipient_type: "unknown",
  coding: 0,
  locking: 0,
  single: 0,
  octets: Buffer.from(words),
  first_at: null,
  ...parts,
});

const isStop = (parts: readonly PlacedPart[]) => joined(parts) === "STOP";
const joined = (parts: readonly PlacedPart[]) =>
  oneOfEach(parts)
    .map(({ octets }) => octets.toString())
    .join("");

/** Places parts one by one, in the order in which they arrive; answers the texts that became whole, in that order. */
function take(parts: readonly ArrivedPart[], stored: PlacedPart[] = []) {
  const whole: string[] = [];
  let ids = 0;
  for (const arrived of parts) {
    const { fresh } = placeParts(stored, [arrived], () => `t${++ids}`, isStop);
    stored.push(...fresh);
    for (const { parts: group } of textsOf(stored.filter((each) => !each.done))) {
      if (!isWhole(group)) continue;
      whole.push(joined(group));
      for (const each of group) each.done = true;
    }
  }
  return { whole, left: stored.filter((each) => !each.done), stored };
}

test("two texts with one reference and the same first part are two, and both whole", () => {
  const { whole, left } = take([part(1, "Hei "), part(2, "slutt A"), part(1, "Hei "), part(2, "slutt B")]);
  expect(whole).toEqual(["Hei slutt A", "Hei slutt B"]);
  expect(left).toEqual([]);
});

test("they are two also where all four parts arrive in one batch, and where the first was not passed on yet", () => {
  const all = [part(1, "Hei "), part(2, "slutt A"), part(1, "Hei "), part(2, "slutt B")];
  let ids = 0;
  const { fresh } = placeParts([], all, () => `t${++ids}`, isStop);
  expect(textsOf(fresh).map(({ parts }) => parts.map(({ octets }) => octets.toString()).join(""))).toEqual([
    "Hei slutt A",
    "Hei slutt B",
  ]);
});

test("a repeated part, by its digest or word for word, is no new part while its text is not whole", () => {
  const first = part(1, "Hei ");
  const { whole, left } = take([first, first, part(1, "Hei "), part(2, "du"), first]);
  expect(whole).toEqual(["Hei du"]);
  expect(left).toEqual([]);
});

test("a repeated part of a whole text without the other parts is an echo", () => {
  const { left, stored } = take([part(1, "Hei "), part(2, "du"), part(1, "Hei ")]);
  expect(left).toHaveLength(1);
  expect(isEcho(left, stored)).toBe(true);
  const other = take([part(1, "Hei "), part(2, "du"), part(1, "Hallo ")]);
  expect(isEcho(other.left, other.stored)).toBe(false);
});

test("a keyword is never taken for a repeat, whatever the digests of its parts; a part of it without the rest is an echo", () => {
  const stop = [part(1, "ST"), part(2, "OP")];
  const { whole, left, stored } = take([...stop, ...stop, ...stop.toReversed(), stop[1] as ArrivedPart]);
  expect(whole).toEqual(["STOP", "STOP", "STOP"]);
  expect(left).toHaveLength(1);
  expect(isEcho(left, stored)).toBe(true);
  const text = [part(1, "Hei "), part(2, "du")];
  expect(take([...text, ...text]).whole).toEqual(["Hei du"]);
});

test("successive texts become whole in their order, whatever the order of their parts", () => {
  const texts = fc.array(fc.record({ words: fc.constantFrom("A", "B"), total: fc.integer({ min: 2, max: 4 }) }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(texts, fc.infiniteStream(fc.nat()), (given, random) => {
      const arrived = given.flatMap(({ words, total }) =>
        Array.from({ length: total }, (_, i) => part(i + 1, `${words}${i}`, { total, text_key: `k ${total}` }))
          .map((each) => [random.next().value ?? 0, each] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, each]) => each),
      );
      const { whole, left } = take(arrived);
      expect(whole).toEqual(
        given.map(({ words, total }) => Array.from({ length: total }, (_, i) => `${words}${i}`).join("")),
      );
      expect(left).toEqual([]);
    }),
  );
});
