/** What is ahead of workflows is counted exactly: the bookings of which each one's moment is still to come, in the zone of its place. */
import { expect, test } from "vitest";
import type { Workflow } from "../../../contract/workflows.ts";
import { testDatabase } from "../../../testing/database.ts";
import { seeded } from "../../../testing/random.ts";
import { runs } from "../../../testing/runs.ts";
import { hour, later, minute, morning, salonsOf } from "../../../testing/workflows.ts";
import { getWorkspace, reminderHoursOf } from "../../workspaces/workspace.ts";
import type { Booking } from "../booking.ts";
import { loadBookings } from "../present-booking.ts";
import { isAtShortNotice, momentFor } from "./occasion.ts";
import { covers, isInState, isSwitchedOut, meetsConditions } from "./which-bookings.ts";
import { timingOf } from "./workflow.ts";
import { selectWorkflow } from "./workflows-store.ts";

const { db, ...database } = await testDatabase();
const salons = await salonsOf({ db, ...database });

const whens = [
  { trigger: "before_start", hours: 3 },
  { trigger: "before_start", days: 1 },
  { trigger: "before_start", days: 1, at: "18:00" },
  { trigger: "before_start", days: 0, at: "07:00", booked_at_least_minutes: 24 * 60 },
  { trigger: "before_start", hours: 20, booked_at_least_minutes: 90 },
  { trigger: "after_end", hours: 2 },
  { trigger: "after_end", days: 1, at: "09:30" },
  { trigger: "after_end", minutes: -30 },
];

test("bookings in several zones, of several kinds and states: those ahead of a workflow are counted exactly", async () => {
  const random = seeded(11);
  for (const reminder_hours of [null, { from: "08:00", to: "21:00" }]) {
    const salon = await salons.open();
    await salon.request("PATCH /workspace", { reminder_hours });
    for (const name of ["Cut", "Colour"]) await salon.request("POST /services", { name });
    await salon.request("POST /resources", { name: "Ida" });
    for (const [name, time_zone] of [["Oslo"], ["York", "America/New_York"], ["Far", "Pacific/Auckland"]])
      await salon.request("POST /locations", { name, ...(time_zone && { time_zone }) });
    await salon.request("PUT /booking-statuses", { items: [{ name: 'Came, "early" {x}', stands_for: "confirmed" }] });
    const workflows: Workflow[] = [];
    for (const when of whens)
      for (const conditions of [
        {},
        { services: ["Cut"], locations: ["York", "Oslo"] },
        { statuses: ['Came, "early" {x}'] },
        { resources: ["Ida"], statuses: ["confirmed"] },
      ])
        workflows.push(await salon.workflow({ name: "x", when: { ...when, ...conditions } }));
    let now = morning;
    for (let i = 0; i < runs(150, 1_500); i++) {
      if (i === 100) salons.setTime((now = later(now, 90 * minute)));
      const start = later(now, (random.whole(-40, 60) * hour) / 2);
      const { id } = await salon.book({
        start: start.toISOString(),
        end: later(start, random.whole(0, 30) * 10 * minute).toISOString(),
        ...(random.next() < 0.8 && { service: random.pick(["Cut", "Colour"]) }),
        ...(random.next() < 0.8 && { location: random.pick(["Oslo", "York", "Far"]) }),
        ...(random.next() < 0.5 && { resources: ["Ida"] }),
        status: random.pick(["pending", "confirmed", 'Came, "early" {x}', "completed", "cancelled", "no_show"]),
      });
      if (random.next() < 0.2) await salon.change(id, { muted: random.pick([true, [random.pick(workflows).id]]) });
    }
    // From now on they are for what is made later alone.
    for (const { id } of workflows) {
      await salon.request(`PATCH /workflows/${id}`, { enabled: false });
      salons.setTime((now = later(now, 1_000)));
      await salon.request(`PATCH /workflows/${id}`, { enabled: true });
    }
    for (let i = 0; i < 20; i++) {
      const start = later(now, (random.whole(-4, 60) * hour) / 2);
      await salon.book({
        start: start.toISOString(),
        location: random.pick(["Oslo", "York", "Far"]),
        service: "Cut",
        end: later(start, hour).toISOString(),
      });
    }
    const ids = (await salon.all<{ id: string }>("/bookings")).map(({ id }) => id);
    await db.inWorkspace(salon.id, async (tx) => {
      const bookings = await loadBookings(tx, salon.id, ids);
      const hours = reminderHoursOf(await getWorkspace(tx, salon.id));
      for (const { id, when } of workflows) {
        const row = await selectWorkflow(tx, salon.id, id);
        const timing = row && timingOf(row);
        if (!row || !timing) throw new Error("a timed workflow");
        const isHit = (booking: Booking) => {
          const moment = momentFor(timing, booking, hours);
          return (
            isInState(timing, booking) &&
            meetsConditions(row, booking) &&
            !isSwitchedOut(row, booking) &&
            !isAtShortNotice(row, booking, moment) &&
            moment > now
          );
        };
        const hit = bookings.filter(isHit);
        const ahead = await salon.request(`GET /workflows/${id}/ahead`);
        expect([when, ahead.bookings, ahead.bookings_with_earlier]).toEqual([
          when,
          hit.filter((booking) => covers(row, booking)).length,
          hit.length,
        ]);
      }
    });
  }
});
