/** Texts of 120 GSM characters counted per second on one core, compared with sms-segments-calculator on the same texts. */
import { SegmentedMessage } from "sms-segments-calculator";
import { basicCharacters } from "../rules/gsm-alphabet.ts";
import { countSegments } from "../rules/gsm-segments.ts";
import { median } from "../testing/timing.ts";

const rounds = 5;
const ours = 1_000_000;
const theirs = 1_000;

// Different texts over the whole alphabet, so that no cache or branch prediction fits them all.
const texts = Array.from({ length: 1_000 }, (_, i) =>
  Array.from({ length: 120 }, (_, j) => basicCharacters[(i * 31 + j * j * 17 + j) % basicCharacters.length]).join(""),
);

/** Texts per second, and the segments counted so that the work cannot be left out. */
function rate(count: number, segmentsOf: (text: string) => number): { perSecond: number; segments: number } {
  let segments = 0;
  const start = performance.now();
  for (let i = 0; i < count; i++) segments += segmentsOf(texts[i % texts.length] as string);
  return { perSecond: (count / (performance.now() - start)) * 1000, segments };
}

const figure = (value: number) => Math.round(value).toLocaleString("en");

const counted: number[] = [];
const calculated: number[] = [];
for (let round = 0; round < rounds; round++) {
  const we = rate(ours, (text) => countSegments(text).segments);
  const they = rate(theirs, (text) => new SegmentedMessage(text).segmentsCount);
  if (we.segments !== ours || they.segments !== theirs) throw new Error("a text of 120 characters is one segment");
  counted.push(we.perSecond);
  calculated.push(they.perSecond);
}
const [perSecond, peer] = [median(counted), median(calculated)];
console.log(
  `segments: ${figure(perSecond)} texts/s; sms-segments-calculator: ${figure(peer)} texts/s; ratio ${figure(perSecond / peer)}×`,
);
console.log(`${rounds} rounds, median; 120 GSM characters each; one core; Node ${process.version}`);
