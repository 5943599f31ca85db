/** Bookings for tests, made by the command that all ways in use. */
import type { Booking } from "../server/bookings/booking.ts";
import { createManageLinks } from "../server/bookings/manage-links.ts";
import { type BookingFields, changeBooking, makeBooking } from "../server/bookings/write-booking.ts";
import type { Db } from "../server/kit/db.ts";
import { testSecretKey } from "./seal.ts";

export const manageLinks = createManageLinks({
  public_url: "http://localhost:3000",
  link_domain: "localhost:3000",
  secret_key: testSecretKey,
});

/** Makes and changes bookings of one workspace, as an employee, at a time. */
export function bookingsOf(db: Db, workspaceId: string, now: () => Date = () => new Date()) {
  const context = () => ({ by: "employee" as const, name: "Eva Employee", notify: false, depth: 0, at: now() });
  const from = { source: "api" as const, origin: "", external_id: null, external_at: null };
  return {
    make: (fields: BookingFields): Promise<Booking> =>
      db.inWorkspace(
        workspaceId,
        async (tx) => (await makeBooking(tx, manageLinks, workspaceId, fields, from, context())).booking,
      ),
    change: (id: string, fields: BookingFields): Promise<Booking> =>
      db.inWorkspace(workspaceId, (tx) => changeBooking(tx, workspaceId, id, fields, context())),
  };
}
