/** Finding bookings. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { referenceOf } from "../kit/reference.ts";
import { referenceIn } from "./list-bookings.ts";

const database = await testDatabase();
const { call } = await testApp(database);

test("a reference is found however it is written: without its hyphen, in small letters, with spaces, and by its beginning", async () => {
  const { key } = await workspaceWithKey(database);
  const body = { customer: { first_name: "Kari" }, start: "2027-03-10T10:00:00Z", end: "2027-03-10T11:00:00Z" };
  const made = (await call("POST /bookings", { key, body })).body;
  for (let i = 0; i < 3; i++) await call("POST /bookings", { key, body });
  const { reference } = made as { reference: string };
  const [first = "", second = ""] = reference.split("-");
  for (const written of [
    reference,
    reference.toLowerCase(),
    first + second,
    `${first} ${second}`.toLowerCase(),
    ` ${first} - ${second} `,
    `${first}\u2013${second}`,
    [...(first + second)].join(" "),
    reference.slice(0, 6),
    `${first} ${second.slice(0, 2)}`,
    reference.replaceAll("0", "o").replaceAll("1", "l"),
  ]) {
    const { items } = (await call(`GET /bookings?query=${encodeURIComponent(written)}`, { key })).body;
    expect([written, items.map((each: { id: string }) => each.id)]).toEqual([written, [made.id]]);
  }
});

test("each beginning of each reference is read as itself, and what can be none is not looked for", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 9 }), (id, length) => {
      const beginning = referenceOf(id).slice(0, length);
      expect(referenceIn(beginning)).toBe(beginning.replace(/-$/, ""));
    }),
  );
  for (const query of ["", "  ", "-", "%", "_", "K7PX-3MQDX", "kari@example.com", "Æ"])
    expect(referenceIn(query)).toBeNull();
});
