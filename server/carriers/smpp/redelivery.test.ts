/** The rules themselves; redelivery-model.test.ts runs interleavings against the real implementation. */
import { describe, expect, test } from "vitest";
import { type Doubted, readArrival, readPart, readStart, supersededStarts } from "./redelivery.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 28, 12, minute));
const doubted = (parts: Partial<Doubted> = {}): Doubted => ({
  reference: "r",
  sequence: 7,
  session_id: "a",
  first_at: at(0),
  heard_at: at(0),
  session: "open",
  under_way: false,
  ...parts,
});
const arriving = { sequence: 7, session_id: "b" };

describe("the same octets again", () => {
  const kindOf = (doubt: Partial<Doubted>[], given: Partial<typeof arriving> = {}) =>
    readArrival(doubt.map(doubted), { ...arriving, ...given }).kind;

  test("on another connection while the first is open are another text, whatever the sequence", () => {
    expect(kindOf([{}])).toBe("new");
    expect(kindOf([{}], { sequence: 8 })).toBe("new");
    expect(kindOf([{}], { session_id: "a" })).toBe("new");
    expect(kindOf([])).toBe("new");
  });

  test("with their sequence after a lost connection are the same text", () => {
    expect(kindOf([{ session: "lost" }])).toBe("again");
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

  test("wait where another process has to report first", () => {
    expect(kindOf([{ session: "unknown" }])).toBe("undecided");
    expect(kindOf([{ session: "unknown" }], { sequence: 8 })).toBe("new");
  });

  test("of several the one with the same sequence is preferred, then the oldest", () => {
    const some = [
      { reference: "old", sequence: 5, session: "lost" as const },
      { reference: "same", session: "lost" as const },
    ].map(doubted);
    expect(readArrival(some, arriving)).toMatchObject({ of: { reference: "same" } });
    expect(readArrival(some, { sequence: 9, session_id: "b" })).toMatchObject({ of: { reference: "old" } });
  });
});

describe("a START", () => {
  const read = (doubt: Partial<Doubted>[], given: Partial<typeof arriving> = {}) =>
    readStart(doubt.map(doubted), { ...arriving, ...given });

  test("is never dropped: it is dated by the oldest that it may repeat", () => {
    const lost = { reference: "lost", session: "lost", first_at: at(1) } as const;
    const refused = { reference: "refused", sequence: null, first_at: at(2) } as const;
    expect(read([lost, refused])).toMatchObject({ kind: "perhaps", of: { reference: "lost" } });
    expect(read([lost, refused], { sequence: 8 })).toMatchObject({ kind: "perhaps", of: { reference: "lost" } });
    expect(read([refused], { sequence: 8 })).toMatchObject({ kind: "perhaps", of: { reference: "refused" } });
    expect(read([{ under_way: true }], { session_id: "a" })).toMatchObject({ kind: "perhaps" });
  });

  test("is new while the other's connection is open, and waits for the report of another process", () => {
    expect(read([]).kind).toBe("new");
    expect(read([{}]).kind).toBe("new");
    expect(read([{}], { sequence: 8, session_id: "a" }).kind).toBe("new");
    expect(read([{ session: "unknown" }], { sequence: 8 }).kind).toBe("undecided");
    expect(read([{ session: "lost" }, { session: "unknown" }]).kind).toBe("undecided");
    expect(read([{ session: "unknown", sequence: null }]).kind).toBe("perhaps");
  });

  test("stays in doubt when another arrives, unless one of the same age or older stays in doubt longer", () => {
    const over = (...doubt: Partial<Doubted>[]) =>
      supersededStarts(doubt.map((each, i) => doubted({ reference: String(i), session: "lost", ...each }))).map(
        ({ reference }) => reference,
      );
    expect(over({})).toEqual([]);
    expect(over({}, {})).toEqual(["1"]);
    expect(over({}, { sequence: null, heard_at: at(1) })).toEqual(["0"]);
    expect(over({}, { first_at: at(1), heard_at: at(1) })).toEqual([]);
    expect(over({ heard_at: at(1) }, { first_at: at(1), heard_at: at(1) })).toEqual(["1"]);
    // One whose connection is open is neither dropped nor replaces others.
    expect(over({}, { session: "open", heard_at: at(1) })).toEqual([]);
  });
});

describe("a part of a long text, which may be of a START", () => {
  const read = (doubt: Partial<Doubted>[], given: Partial<typeof arriving> = {}) =>
    readPart(doubt.map(doubted), { ...arriving, ...given });

  test("waits for the state of every connection that it may have come over", () => {
    expect(read([{ session: "unknown" }], { sequence: 8 }).kind).toBe("undecided");
    expect(read([{ session: "lost" }, { session: "unknown" }]).kind).toBe("undecided");
    expect(read([{}]).kind).toBe("new");
    expect(read([]).kind).toBe("new");
  });

  test("is a repeat where any text would be, and is dated by the oldest that it may repeat", () => {
    const first = { reference: "first", session: "lost", sequence: 3, first_at: at(1) } as const;
    const same = { reference: "same", session: "lost", first_at: at(2) } as const;
    expect(read([first, same])).toMatchObject({ kind: "again", of: { reference: "same", first_at: at(1) } });
    expect(read([first, same], { sequence: 8 })).toMatchObject({ kind: "perhaps", of: { first_at: at(1) } });
  });
});
