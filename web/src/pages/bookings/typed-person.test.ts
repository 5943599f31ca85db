import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../../../testing/runs.ts";
import { readPerson } from "./typed-person.ts";

test.each([
  ["Kari Nordmann 91234567", "Kari", "Nordmann", "91234567", ""],
  ["Kari Nordmann, 912 34 567", "Kari", "Nordmann", "912 34 567", ""],
  ["+47 912 34 567 Kari", "Kari", "", "+47 912 34 567", ""],
  ["Kari Anne Nordmann kari@example.com", "Kari Anne", "Nordmann", "", "kari@example.com"],
  ["Nordmann, Kari 91234567", "Kari", "Nordmann", "91234567", ""],
  [
    "Kari Nordmann <kari@example.com>; (0047) 91 23 45 67",
    "Kari",
    "Nordmann",
    "(0047) 91 23 45 67",
    "kari@example.com",
  ],
  ["Anne-Grethe O'Brien", "Anne-Grethe", "O'Brien", "", ""],
  ["91234567", "", "", "91234567", ""],
  ["Ole 2", "Ole", "2", "", ""],
  ["  ", "", "", "", ""],
])("%j is read", (text, first_name, last_name, mobile, email) => {
  expect(readPerson(text)).toEqual({ first_name, last_name, mobile, email });
});

const word = fc.stringMatching(/^[a-zæøå]{2,10}$/);
const digits = fc.stringMatching(/^\d{8}$/);

test("property: name, number and address are found in every order", () => {
  fc.assert(
    fc.property(word, word, digits, word, fc.integer({ min: 0, max: 2 }), (first, last, mobile, host, turn) => {
      const email = `${first}@${host}.example`;
      const parts = [`${first} ${last}`, mobile, email];
      const text = [...parts.slice(turn), ...parts.slice(0, turn)].join(" ");
      expect(readPerson(text)).toEqual({ first_name: first, last_name: last, mobile, email });
    }),
    { numRuns: runs(200, 10_000) },
  );
});
