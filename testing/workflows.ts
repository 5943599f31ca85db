/** A salon whose workflows tell people about its bookings: over the API, by a clock that the test moves, without a runner. */
import { sql } from "kysely";
import type { BookingWithHistory } from "../contract/bookings.ts";
import type { Decision } from "../contract/decisions.ts";
import type { Mail } from "../contract/mails.ts";
import type { Message } from "../contract/messages.ts";
import { permissions } from "../contract/permissions.ts";
import type { Workflow } from "../contract/workflows.ts";
import { newApiKey, storeApiKey } from "../server/accounts/api-keys.ts";
import { bookingsModule } from "../server/bookings/module.ts";
import type { DueServices } from "../server/kit/services.ts";
import { type TestAnswer, testApp } from "./app.ts";
import type { TestDatabase } from "./database.ts";
import { runDue } from "./due.ts";
import { createTestWorkspace } from "./workspace.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A Wednesday, 10:00 in Oslo; no clocks are changed in the days around it. */
export const morning = new Date("2027-03-10T09:00:00.000Z");

/** `moment` and so many milliseconds. */
export const later = (moment: Date | string, ms: number): Date => new Date(new Date(moment).getTime() + ms);

export type Salon = Awaited<ReturnType<Awaited<ReturnType<typeof salonsOf>>["open"]>>;

interface Fields {
  [field: string]: unknown;
}

/** The salons of a test file, on one database and one clock. */
export async function salonsOf(database: TestDatabase) {
  const { db } = database;
  let time = morning;
  const clock = { now: () => time };
  const { call, services } = await testApp(database, { clock });
  const works = bookingsModule
    .due(services as unknown as DueServices)
    .filter(({ name }) => name.startsWith("workflows."));

  /** Opens one at `at`. What earlier ones left undone ends: what is due is looked for in all workspaces. */
  async function open(
    options: { at?: Date; name?: string; language?: "en" | "nb" | "sv" | "da"; country?: string; zone?: string } = {},
  ) {
    const { at = morning, name = "Saks", language = "en", country = "NO", zone = "Europe/Oslo" } = options;
    time = at;
    await db.asSystem(async (tx) => {
      await sql`update workflows set enabled = false`.execute(tx);
      await sql`delete from booking_happenings`.execute(tx);
      await sql`delete from workflow_sweep`.execute(tx);
    });
    const created_at = later(at, -day);
    const workspace = await createTestWorkspace(db, { name, language, country, time_zone: zone, created_at });
    const key = newApiKey();
    const rights = { name: "Eva Employee", role: "super_admin", scopes: permissions } as const;
    await db.asSystem((tx) => storeApiKey(tx, workspace.id, key, rights, created_at));
    await runDue(works, time);

    const ask = (line: string, body?: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> =>
      call(line, { key, headers, ...(body !== undefined && { body }) });

    /** The body of an answer that is none of a failure. */
    async function request(line: string, body?: unknown): Promise<TestAnswer["body"]> {
      const answer = await ask(line, body);
      if (answer.status >= 400) throw new Error(`${line}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    }

    async function all<Item>(path: string): Promise<Item[]> {
      const items: Item[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const page: { items: Item[]; next_cursor: string | null } = await request(
          `GET ${path}${path.includes("?") ? "&" : "?"}limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        items.push(...page.items);
        cursor = page.next_cursor;
      }
      return items;
    }

    return {
      id: workspace.id,
      key,
      /** Its default number. */
      number: workspace.sender.address,
      ask,
      request,
      all,
      /** What is wrong with a request, as far as the caller can act on it. */
      async refusal(line: string, body?: unknown) {
        const { status, body: answer } = await ask(line, body);
        const { code, field, value } = answer?.error ?? answer ?? {};
        return { status, code, field, value };
      },
      /** A booking of 45 minutes, tomorrow at the same time unless said otherwise, by Kari. */
      book({ start = later(time, day).toISOString(), ...fields }: Fields = {}): Promise<BookingWithHistory> {
        const end = fields.service === undefined ? { end: threeQuartersAfter(start as string) } : {};
        return request("POST /bookings", { customer: kari, start, ...end, ...fields });
      },
      change: (id: string, fields: Fields): Promise<BookingWithHistory> => request(`PATCH /bookings/${id}`, fields),
      cancel: (id: string, fields: Fields = {}): Promise<BookingWithHistory> =>
        request(`POST /bookings/${id}/cancel`, fields),
      /** A workflow that texts the customer, or does what `fields` say. */
      workflow({ text = "Hi {{ customer.first_name }}", ...fields }: Fields = {}): Promise<Workflow> {
        const name = `On ${(fields.when as Fields | undefined)?.trigger ?? "booking_created"}`;
        return request("POST /workflows", {
          name,
          when: { trigger: "booking_created" },
          do: [{ action: "send_sms", to: { customer: true }, text }],
          ...fields,
        });
      },
      /** Lets workflows look at changes and moments, a second later or at `now`, where the clock stays. */
      async look(now: Date = later(time, 1_000)): Promise<number> {
        time = now;
        return runDue(works, time);
      },
      /** Texts of workflows that were not skipped, oldest first; to one number, if it is given. */
      async textsTo(number?: string): Promise<string[]> {
        const sent = await all<Message>("/messages?source=workflow");
        return sent
          .filter(({ to, status }) => status !== "skipped" && (number === undefined || to === number))
          .map(({ text }) => text)
          .reverse();
      },
      async messages(): Promise<Message[]> {
        return (await all<Message>("/messages?source=workflow")).reverse();
      },
      /** Mails of workflows, oldest first. */
      async mailsTo(address: string): Promise<Mail[]> {
        const mails = await all<Mail>(`/mails?to=${encodeURIComponent(address)}`);
        return mails.filter(({ status }) => status !== "skipped").reverse();
      },
      async decisionsOf({ id }: { id: string }): Promise<Decision[]> {
        return (await request(`GET /bookings/${id}/decisions`)).items;
      },
      /** State and reason of each decision about a booking, latest moment first. */
      async statesOf({ id }: { id: string }): Promise<string[]> {
        const { items } = (await request(`GET /bookings/${id}/decisions`)) as { items: Decision[] };
        return items.map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`));
      },
    };
  }

  return { open, call, clock, works, services, setTime: (now: Date) => void (time = now) };
}

/** Of a wall time a wall time. */
const threeQuartersAfter = (start: string): string =>
  start.endsWith("Z")
    ? later(start, 45 * minute).toISOString()
    : Temporal.PlainDateTime.from(start).add({ minutes: 45 }).toString({ smallestUnit: "minute" });

export const kari = { first_name: "Kari", mobile: "+4791234567" };
export const ola = { first_name: "Ola", mobile: "+4791234568" };
