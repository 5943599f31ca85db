/** Malformed PDUs of every kind: no crash, no pending promise, and the connection or the next one works. Seeded. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runs } from "../../../testing/runs.ts";
import { connectSmpp } from "../../../testing/smpp-pipeline.ts";
import { deliverSm } from "../../../testing/smsc-pdu.ts";
import { until } from "../../../testing/until.ts";
import { joinParts } from "./incoming.ts";
import { readParts } from "./long-text.ts";
import { readDeliver, readMessageId } from "./pdu.ts";
import { aboutOurs, readReceipt } from "./receipt.ts";

const { db } = await testDatabase({ max: 10 });

/** Mulberry32: the same numbers from the same seed. */
function randomsFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const octets = (length: number) => Buffer.from(Array.from({ length }, () => below(256)));
  return { below, octets, one: <T>(all: readonly T[]) => all[below(all.length)] as T };
}
type Randoms = ReturnType<typeof randomsFrom>;

const words = [
  "id:",
  "stat:",
  "err:",
  "text:",
  "sub:001",
  "DELIVRD",
  "UNDELIV",
  " ",
  "\0",
  "0x",
  "7",
  "ID:",
  "::",
  "é",
  "submit date:",
];

/** A deliver_sm with something wrong in it; sometimes with nothing wrong. */
function malformed(random: Randoms): Buffer {
  const { below, octets, one } = random;
  const message = one([
    () => octets(below(120)),
    () => Buffer.from(Array.from({ length: below(20) }, () => one(words)).join(""), "latin1"),
    () =>
      Buffer.concat([
        Buffer.from([below(12), one([0, 8, 36, 112]), below(6), below(4), below(4), below(4)]),
        octets(below(20)),
      ]),
  ])();
  const tags = [0x1e, 0x427, 0x423, 0x424, 0x20c, 0x20e, 0x20f, 0x1501, below(0x10000)];
  const tlvs = Array.from({ length: below(4) }, () => [one(tags), octets(below(5))] as const);
  const fields = {
    from: one(["4790000001", "", "Varsla", "\xff"]),
    to: one(["4759000001", "1", ""]),
    data_coding: below(256),
  };
  const pdu = deliverSm(below(2 ** 31), {
    ...fields,
    esm_class: one([0, 4, 0x40, 0x44, 0x20, below(256)]),
    short_message: message,
    tlvs,
  });
  one([
    () => {},
    () => (pdu[16 + below(pdu.length - 16)] = below(256)),
    () => pdu.fill(below(256), 16 + below(pdu.length - 16)),
    () => pdu.writeUInt16BE(0xffff, Math.max(16, pdu.length - 2 - below(8))),
  ])();
  return below(3) === 0 ? pdu.subarray(0, 16 + below(pdu.length - 15)) : pdu;
}

const parsed = runs(10_000, 110_000);
const brought = runs(1_000, 10_000);

test(`${parsed} PDUs with something wrong in them go through the parsers`, () => {
  const random = randomsFrom(34);
  let read = 0;
  for (let i = 0; i < parsed; i++) {
    const pdu = i % 10 === 0 ? random.octets(random.below(80)) : malformed(random);
    readMessageId(pdu);
    const deliver = readDeliver(pdu, i % 2 ? 0x05 : 0x103);
    if (!deliver) continue;
    read++;
    aboutOurs(deliver);
    const receipt = readReceipt(deliver, (["same", "decimal_to_hex", "hex_to_decimal"] as const)[i % 3] ?? "same");
    // vitest's expect is too slow to be called so often.
    if (receipt?.key === "") throw new Error(`no id in ${pdu.toString("hex")}`);
    const { octets, part } = readParts(deliver);
    const stored = { number: part?.number ?? 1, total: part?.total ?? 1, coding: deliver.data_coding, octets };
    if (!joinParts([stored], "gsm").isWellFormed()) throw new Error(`a broken text in ${pdu.toString("hex")}`);
  }
  // Some must pass the first check, or the code behind it would not be tested.
  expect(read).toBeGreaterThan(parsed / 6);
});

test(`${brought} of them into a connection: it stays open, answers each request, and texts are still submitted`, async () => {
  const { smsc, submit, text, carrier } = await connectSmpp(db, { reference_tlv: 0x1501 });
  const random = randomsFrom(3);
  const ids = [0x05, 0x103, 0x80000004, 0x80000000, 0x80000005, 0x102, 0x15, 0x04, 0x99, 0x80000099];
  for (let i = 0; i < brought; i++) {
    const pdu = Buffer.from(malformed(random));
    pdu.writeUInt32BE(pdu.length, 0);
    if (i % 3 === 0) pdu.writeUInt32BE(random.one(ids), 4);
    pdu.writeUInt32BE(random.below(2 ** 31) + 1_000_000, 12);
    smsc.sendRaw(pdu);
  }
  const long = text("a".repeat(300));
  expect(await submit([text("Hei"), long])).toMatchObject([{ kind: "accepted" }, { kind: "accepted" }]);
  expect(smsc.counts.binds).toBe(1);
  await carrier.stop();
});

test("octets that are no PDU end the connection, and the next one works", async () => {
  const { smsc, submit, text, carrier } = await connectSmpp(db);
  const random = randomsFrom(7);
  const streams = [
    Buffer.alloc(64), // a length of 0
    Buffer.from("ffffffff00000005", "hex"),
    random.octets(5_000),
  ];
  for (const [i, octets] of streams.entries()) {
    smsc.sendRaw(octets);
    await until(() => expect(smsc.counts.binds).toBe(i + 2));
  }
  await until(() => expect(carrier.state().state).toBe("up"));
  expect(await submit([text("Hei")])).toMatchObject([{ kind: "accepted" }]);
});
