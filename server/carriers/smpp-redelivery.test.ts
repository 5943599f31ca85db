/** The rule itself; the interleavings run against the real thing in smpp-redelivery-model.test.ts. */
import { describe, expect, test } from "vitest";
import { type Doubted, readArrival } from "./smpp-redelivery.ts";

const first_at = new Date("2026-11-28T12:00:00Z");
const doubted = (parts: Partial<Doubted> = {}): Doubted => ({
  reference: "r",
  sequence: 7,
  session_id: "a",
  first_at,
  session: "stands",
  under_way: false,
  ...parts,
});
const kindOf = (
  doubt: Partial<Doubted>[],
  { sequence = 7, session_id = "b", weight = "text" as Parameters<typeof readArrival>[2] } = {},
) => readArrival(doubt.map(doubted), { sequence, session_id }, weight).kind;

describe("the same octets again", () => {
  test("on a connection beside the one that stands are another text, whatever the sequence", () => {
    expect(kindOf([{}])).toBe("new");
    expect(kindOf([{}], { sequence: 8 })).toBe("new");
    expect(kindOf([{}], { session_id: "a" })).toBe("new");
    expect(kindOf([])).toBe("new");
  });

  test("with their sequence after a lost connection are the same text", () => {
    expect(kindOf([{ session: "lost" }])).toBe("again");
    for (const weight of ["stop", "start"] as const) expect(kindOf([{ session: "lost" }], { weight })).toBe("again");
  });

  test("with their sequence before they were acknowledged are the same text", () => {
    expect(kindOf([{ under_way: true }], { session_id: "a" })).toBe("again");
    expect(kindOf([{ under_way: true }], { session_id: "b" })).toBe("new");
  });

  test("with another sequence after a lost connection may be either", () => {
    expect(kindOf([{ session: "lost" }], { sequence: 8 })).toBe("perhaps");
  });

  test("after they were refused are the same text under any sequence", () => {
    expect(kindOf([{ sequence: null }], { sequence: 8 })).toBe("again");
    expect(kindOf([{ sequence: null, session: "unknown" }], { session_id: "a", sequence: 9 })).toBe("again");
  });

  test("where another process must be heard of first: a STOP does not wait, a START does even under another sequence", () => {
    const unknown = [{ session: "unknown" as const }];
    expect(kindOf(unknown)).toBe("undecided");
    expect(kindOf(unknown, { sequence: 8 })).toBe("new");
    expect(kindOf(unknown, { weight: "stop" })).toBe("new");
    expect(kindOf(unknown, { weight: "start", sequence: 8 })).toBe("undecided");
  });

  test("of several the certain one is taken, then the oldest", () => {
    const some = [
      { reference: "old", sequence: 5, session: "lost" as const },
      { reference: "same", session: "lost" as const },
    ].map(doubted);
    expect(readArrival(some, { sequence: 7, session_id: "b" }, "text")).toMatchObject({ of: { reference: "same" } });
    expect(readArrival(some, { sequence: 9, session_id: "b" }, "text")).toMatchObject({ of: { reference: "old" } });
  });
});
