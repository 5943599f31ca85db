/**
 * Compares the segment count with that of sms-segments-calculator, over texts of every alphabet around every limit. Intended
 * differences are explained in docs/decisions/segment-counting.md and recognised here by class; any other difference fails.
 */
import { SegmentedMessage } from "sms-segments-calculator";
import { expect, test } from "vitest";
import { runs, testTimeout } from "../testing/runs.ts";
import { basicCharacters, extensionCharacters } from "./gsm-alphabet.ts";
import { countSegments, normaliseText, splitSegments } from "./gsm-segments.ts";

const clusters = new Intl.Segmenter("en", { granularity: "grapheme" });

const emoji = ["😀", "👍🏽", "👨‍👩‍👧", "🏳️‍🌈", "🇳🇴", "❤️", "1️⃣", "☂", "🧑🏿‍🚀"];
const alphabets = {
  gsm: [...basicCharacters.replace("\r", "")],
  extended: [...basicCharacters.replace("\r", ""), ...extensionCharacters, ...extensionCharacters],
  lineBreaks: ["a", "b", "€", "\n", "\r\n", "\r"],
  latin: [..."abcdefghijåäöæøçñêœšžłűğ“”‘’–—…«»\u00a0"],
  cyrillic: [..."абвгдежзийклмнопрст ўїєґ,.!"],
  cjk: [..."漢字かなカナ한국어中文字。、！ａＢ"],
  emoji: [...emoji, "a", " "],
  combining: [
    "a",
    "ø",
    "\u0301",
    "\u030a",
    "\u0323",
    "e\u0301",
    "क",
    "्",
    "ि",
    "ก",
    "ำ",
    "ம",
    "நி",
    "\u200d",
    "\u200c",
    "\ufe0f",
  ],
  stacked: ["я", ...Array.from({ length: 90 }, () => "\u0323")],
  conjuncts: ["क", "्", "त", "ष", "ि", "ल"],
  lone: ["a", "я", "\ud83d", "\ude00", "😀"],
  all: [
    ..."aÅ€ßжק字한",
    "\r\n",
    "\u0000",
    "\t",
    "\ufeff",
    "e\u0323\u0302",
    "𝒳",
    "\u1100",
    "\u1161",
    "\u11a8",
    ...emoji,
    "\ud800",
  ],
};

/** All alphabets, in equal shares. */
const textCount = runs(5_400, 54_000);

/** mulberry32: the same texts in every run. */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function* randomTexts(count: number): Generator<string> {
  const random = randomSource(7);
  const names = Object.keys(alphabets) as (keyof typeof alphabets)[];
  for (let i = 0; i < count; i++) {
    const alphabet = alphabets[names[i % names.length] as keyof typeof alphabets];
    const isGsm = i % names.length < 3;
    // Mostly around a limit; the peer's time grows with the square of the length.
    const limits = isGsm
      ? [5, 10, 20, 40, 160, random() < 0.2 ? 306 : 160]
      : [5, 20, 40, 70, 70, random() < 0.2 ? 134 : 70];
    const limit = limits[Math.floor(random() * limits.length)] as number;
    const length = Math.max(0, limit - 4 + Math.floor(random() * 8));
    let text = "";
    while (text.length < length) text += alphabet[Math.floor(random() * alphabet.length)];
    yield text;
  }
}

const basic = new Set(basicCharacters);
const extension = new Set(extensionCharacters);

/** Of a user data field, header included. */
const octets = 140;

/** The plain way: fill parts with whole clusters. */
function countPlainly(text: string): { encoding: string; parts: string[] } {
  const encoding = [...text].every((character) => basic.has(character) || extension.has(character)) ? "GSM-7" : "UCS-2";
  const costOf = (piece: string) => {
    if (encoding === "UCS-2") return piece.length;
    return [...piece].reduce((sum, character) => sum + (extension.has(character) ? 2 : 1), 0);
  };
  const [alone, each] = encoding === "GSM-7" ? ([160, 153] as const) : ([70, 67] as const);
  if (costOf(text) <= alone) return { encoding, parts: [text] };
  const parts = [""];
  let used = 0;
  for (const { segment } of clusters.segment(text)) {
    // What fits no part is divided between its characters.
    for (const piece of segment.length > each ? segment : [segment]) {
      const cost = costOf(piece);
      if (used + cost > each) {
        parts.push("");
        used = 0;
      }
      parts[parts.length - 1] += piece;
      used += cost;
    }
  }
  return { encoding, parts };
}

/** The peer's parts; its segments are arrays that begin with the octets of a header. */
function partsOf(peer: SegmentedMessage): string[] {
  return peer.segments.map((segment) => {
    let part = "";
    for (const character of segment) part += "raw" in character ? character.raw : "";
    return part;
  });
}

/** A pair of two units that joins nothing, to compare CR LF as if the peer kept it together. */
const withoutLineBreaks = (text: string, encoding: string) =>
  text.replaceAll("\r\n", encoding === "GSM-7" ? "€" : "\u{e0001}");

test(
  `${textCount} texts have the parts of sms-segments-calculator, except where a decision says otherwise`,
  { timeout: testTimeout(60_000) },
  () => {
    const seen: Record<Reason, number> = {
      agreed: 0,
      not_normalised: 0,
      line_break: 0,
      cluster_rules: 0,
      overfull_part: 0,
    };
    for (const text of randomTexts(textCount)) {
      const ours = splitSegments(text);
      const normal = normaliseText(text);
      const plain = countPlainly(normal);
      if (ours.encoding !== plain.encoding || ours.parts.join("|") !== plain.parts.join("|"))
        expect.fail(`plain count differs: ${JSON.stringify({ text, ours, plain })}`);

      const reason = reasonToDiffer(text, normal, ours);
      if (reason === null) expect.fail(`differs from the peer: ${JSON.stringify({ text, ours })}`);
      seen[reason]++;
    }
    // Each class occurs, and none hides the others.
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(0);
    expect(seen.agreed, JSON.stringify(seen)).toBeGreaterThan(textCount * 0.95);
  },
);

type Reason = "agreed" | "not_normalised" | "line_break" | "cluster_rules" | "overfull_part";

function reasonToDiffer(text: string, normal: string, ours: { encoding: string; parts: string[] }): Reason | null {
  const agrees = (peer: SegmentedMessage, parts: string[]) =>
    peer.encodingName === ours.encoding && partsOf(peer).join("|") === parts.join("|");
  if (agrees(new SegmentedMessage(normal), ours.parts)) {
    if (normal === text) return "agreed";
    const peer = new SegmentedMessage(text);
    return peer.encodingName === ours.encoding && peer.segmentsCount === ours.parts.length
      ? "agreed"
      : "not_normalised";
  }
  const together = new SegmentedMessage(withoutLineBreaks(normal, ours.encoding));
  const parts = ours.parts.map((part) => withoutLineBreaks(part, ours.encoding));
  if (agrees(together, parts)) return "line_break";
  const pieces = Array.from(clusters.segment(parts.join("")), ({ segment }) => segment);
  if (together.segments.some((segment) => segment.sizeInBits() > octets * 8)) return "overfull_part";
  if (pieces.join("|") !== together.graphemes.join("|")) return "cluster_rules";
  return null;
}

test("the peer counts a decomposed å as UCS-2, while Varsla counts the normalised text that is sent", () => {
  expect(new SegmentedMessage("a\u030a".repeat(100))).toMatchObject({ encodingName: "UCS-2", segmentsCount: 4 });
  expect(countSegments("a\u030a".repeat(100))).toMatchObject({ encoding: "GSM-7", segments: 1 });
});

test("the peer divides CR LF, while Varsla does not", () => {
  const text = `${"a".repeat(152)}\r\n${"b".repeat(152)}`;
  expect(new SegmentedMessage(text).segmentsCount).toBe(2);
  expect(countSegments(text).segments).toBe(3);
});

test("the peer overfills a part with a longer cluster, while Varsla divides it", () => {
  const text = `ø${"\u0323".repeat(150)}`;
  expect(new SegmentedMessage(text).segments.some((segment) => segment.sizeInBits() > octets * 8)).toBe(true);
  expect(countSegments(text)).toMatchObject({ units: 151, segments: 3 });
});

test("the peer overfills the second part with what it moves from the first, while Varsla does not", () => {
  const text = `${"а".repeat(13)}я${"\u0323".repeat(55)}б${"\u0323".repeat(12)}`;
  expect(new SegmentedMessage(text).segments.map((segment) => segment.sizeInBits() > octets * 8)).toEqual([
    false,
    true,
  ]);
  expect(splitSegments(text).parts.map((part) => part.length)).toEqual([13, 56, 13]);
});

test("the peer divides Devanagari conjuncts, which Unicode 15.1 made one cluster", () => {
  const text = `${"क".repeat(66)}क्त${"क".repeat(10)}`;
  expect(new SegmentedMessage(text).graphemes).toContain("क्");
  expect(splitSegments(text).parts[0]).toHaveLength(66);
});
