/** Fills a workspace with bookings, as years of work leave them: services, places, people, and bookings at the quarters of the hours. */
import { sql } from "kysely";
import type { When, WorkflowInput } from "../contract/workflows.ts";
import { createWorkflow } from "../server/bookings/workflows/edit-workflow.ts";
import type { Db } from "../server/kit/db.ts";

const services = 20;
const locations = 4;
const resources = 25;

/** Services, locations and resources called `Service 1`, … */
async function createPlaces(db: Db, workspaceId: string): Promise<void> {
  await db.inWorkspace(workspaceId, async (tx) => {
    const of = (kind: string) => sql`${workspaceId}::uuid, md5(${kind}::text || i)::uuid, ${kind}::text || ' ' || i`;
    await sql`
      insert into services (workspace_id, id, name, duration_minutes, created_at, updated_at)
      select ${of("Service")}, 30, now(), now() from generate_series(1, ${services}::int) i`.execute(tx);
    await sql`
      insert into locations (workspace_id, id, name, time_zone, created_at, updated_at)
      select ${of("Location")}, case when i = ${locations}::int then 'Europe/London' end, now(), now()
      from generate_series(1, ${locations}::int) i`.execute(tx);
    await sql`
      insert into resources (workspace_id, id, name, created_at, updated_at)
      select ${of("Resource")}, now(), now() from generate_series(1, ${resources}::int) i`.execute(tx);
  });
}

/** The name of a service, location or resource of those: one after the other. */
export const placeOf = {
  service: (i: number): string => `Service ${(i % services) + 1}`,
  location: (i: number): string => `Location ${(i % locations) + 1}`,
  resource: (i: number): string => `Resource ${(i % resources) + 1}`,
};

/** Creates contacts who are customers, called +479 and seven digits from 1 on, and places. */
export async function createCustomers(db: Db, workspaceId: string, count: number): Promise<void> {
  await db.inWorkspace(workspaceId, (tx) =>
    sql`
      insert into contacts (workspace_id, id, mobile, mobile_kind, first_name, customer_since, created_at, updated_at)
      select ${workspaceId}, uuidv7(), '+479' || lpad(i::text, 7, '0'), 'mobile', 'Navn' || (i % 500), now(), now(), now()
      from generate_series(1, ${count}::int) i`.execute(tx),
  );
  await db.asSystem((tx) => sql`analyze contacts`.execute(tx));
  await createPlaces(db, workspaceId);
}

const chunk = 200_000;

/**
 * Adds bookings of the workspace's customers, in turn, made `madeDaysAgo`. Their starts go from `from` on, `apart` milliseconds from each
 * other; `slots` of them begin together.
 */
export async function addBookings(
  db: Db,
  workspaceId: string,
  {
    count,
    from,
    apart,
    slots = 1,
    madeDaysAgo,
  }: {
    count: number;
    from: Date;
    apart: number;
    slots?: number;
    madeDaysAgo: number;
  },
): Promise<void> {
  await db.asSystem(async (tx) => {
    await sql`
      create temp table people on commit drop as
      select row_number() over (order by mobile) - 1 as place, id from contacts where workspace_id = ${workspaceId}`.execute(
      tx,
    );
    await sql`create unique index on people (place)`.execute(tx);
    await sql`analyze people`.execute(tx);
    for (let begin = 0; begin < count; begin += chunk) {
      await sql`
        insert into bookings (workspace_id, id, reference, customer_id, service_id, location_id, resource_ids, start_at, end_at, status,
          stands_for, source, armed_at, manage_code, created_at, updated_at)
        select ${workspaceId}::uuid, b.id, upper(substr(md5(b.id::text), 1, 4) || '-' || substr(md5(b.id::text), 5, 4)), p.id,
          md5('Service' || b.i % ${services}::int + 1)::uuid, md5('Location' || b.i % ${locations}::int + 1)::uuid,
          array[md5('Resource' || b.i % ${resources}::int + 1)::uuid], b.start_at, b.start_at + interval '30 minutes', 'confirmed',
          'confirmed', 'api', b.made_at, substr(md5('code' || b.id::text), 1, 12), b.made_at, b.made_at
        from (
          select i, uuidv7() as id, now() - ${madeDaysAgo}::int * interval '1 day' as made_at,
            ${from}::timestamptz + floor(i / ${slots}::int) * ${apart}::float8 * interval '1 millisecond' as start_at
          from generate_series(${begin}::int, ${Math.min(count, begin + chunk) - 1}::int) i) b
        join people p on p.place = b.i % (select count(*) from people)`.execute(tx);
    }
  });
  await db.asSystem((tx) => sql`analyze bookings`.execute(tx));
}

const text =
  'Hei {{ customer.first_name | default: "der" }}! Velkommen {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}.';

/** Adds workflows that text the customer, also about the bookings that are there. */
export async function addWorkflows(db: Db, workspaceId: string, whens: readonly When[]): Promise<void> {
  await db.inWorkspace(workspaceId, async (tx) => {
    for (const [i, when] of whens.entries()) {
      const input: WorkflowInput = {
        name: `Workflow ${i + 1}`,
        enabled: true,
        when,
        do: [{ action: "send_sms", to: { customer: true }, text }],
        ask_for_reply: false,
        merge: false,
        also_ahead: true,
      };
      await createWorkflow(tx, workspaceId, input, { at: new Date(), by: "bench" });
    }
  });
}
