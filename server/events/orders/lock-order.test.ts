/** Orders that name the same people in another order wait for each other, and never in a circle. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { morning, organisersOf } from "../../../testing/events.ts";
import type { Tx } from "../../kit/db.ts";
import { changeOrder } from "./write-order.ts";

const database = await testDatabase({ max: 20 });
let begun = 0;
/** Counts transactions, also those that are begun again because they waited in a circle. */
const db = {
  ...database.db,
  inWorkspace: <T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
    database.db.inWorkspace(workspaceId, (tx) => {
      begun++;
      return work(tx);
    }),
};
const organisers = await organisersOf({ ...database, db });

test.each(["known", "new"])("two orders are given the same %s holders in another order", async (which) => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  for (let i = 0; i < 15; i++) {
    const person = (who: number, more: object = {}) => ({
      first_name: "A",
      mobile: `+4792${who}${String(i).padStart(5, "0")}`,
      ...more,
    });
    const line = { ticket_type: "Stalls", quantity: 2 };
    const holders = [person(2), person(3)];
    if (which === "known") await organiser.order(event, { lines: [{ ...line, holders }] });
    const orders = await Promise.all(
      [1, 2].map(() => organiser.order(event, { lines: [{ ...line, state: "active" }] })),
    );
    const named = [person(2, { last_name: "B" }), person(3, { last_name: "C" })];
    begun = 0;
    await Promise.all(
      [named, named.toReversed()].map((both, n) => {
        const fields = { lines: [{ ...line, state: "active" as const, holders: both }] };
        const context = { by: "Eva", at: morning };
        return db.inWorkspace(organiser.id, (tx) =>
          changeOrder(tx, organiser.id, orders[n]?.id as string, fields, context),
        );
      }),
    );
    expect(begun).toBe(2);
  }
});
