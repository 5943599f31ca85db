/** An organiser with events over the API, by a clock that the test moves. */
import type { EventDetails } from "../contract/events.ts";
import type { OrderWithHistory } from "../contract/orders.ts";
import { permissions } from "../contract/permissions.ts";
import { newApiKey, storeApiKey } from "../server/accounts/api-keys.ts";
import { type TestAnswer, testApp } from "./app.ts";
import type { TestDatabase } from "./database.ts";
import { createTestWorkspace } from "./workspace.ts";

/** A Wednesday, 10:00 in Oslo; no clocks are changed in the days around it. */
export const morning = new Date("2027-03-10T09:00:00.000Z");

interface Fields {
  [field: string]: unknown;
}

export type Organiser = Awaited<ReturnType<Awaited<ReturnType<typeof organisersOf>>["open"]>>;

/** The organisers of a test file, on one database and one clock. */
export async function organisersOf(database: TestDatabase) {
  const { db } = database;
  let time = morning;
  const clock = { now: () => time };
  const { call, services } = await testApp(database, { clock });

  async function open(options: { country?: string; zone?: string } = {}) {
    time = morning;
    const { country = "NO", zone = "Europe/Oslo" } = options;
    const created_at = new Date(morning.getTime() - 86_400_000);
    const workspace = await createTestWorkspace(db, {
      name: "Huset",
      language: "nb",
      country,
      time_zone: zone,
      created_at,
    });
    const key = newApiKey();
    const rights = { name: "Ticket office", role: "super_admin", scopes: permissions } as const;
    await db.asSystem((tx) => storeApiKey(tx, workspace.id, key, rights, created_at));

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
        const page: { items: Item[]; next_cursor?: string | null } = await request(
          `GET ${path}${path.includes("?") ? "&" : "?"}limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        items.push(...page.items);
        cursor = page.next_cursor ?? null;
      }
      return items;
    }

    return {
      id: workspace.id,
      key,
      ask,
      request,
      all,
      /** What is wrong with a request, as far as the caller can act on it. */
      async refusal(line: string, body?: unknown) {
        const { status, body: answer } = await ask(line, body);
        const { code, field, value } = answer?.error ?? answer ?? {};
        return { status, code, field, value };
      },
      /** A concert with two ticket types and a product, unless said otherwise. */
      async event(fields: Fields = {}): Promise<EventDetails> {
        const { id } = await request("POST /events", { name: "Concert", start: "2027-04-10T19:00", ...fields });
        for (const name of ["Stalls", "Balcony"])
          await request(`POST /events/${id}/ticket-types`, { name, price: name === "Stalls" ? 350 : 250.5 });
        await request(`POST /events/${id}/products`, { name: "Programme", price: 40 });
        return request(`GET /events/${id}`);
      },
      order: (event: { id: string }, fields: Fields = {}): Promise<OrderWithHistory> =>
        request(`POST /events/${event.id}/orders`, { buyer: kari, lines: [{ ticket_type: "Stalls" }], ...fields }),
      get: (order: { id: string }): Promise<OrderWithHistory> => request(`GET /orders/${order.id}`),
      counts: async (event: { id: string }): Promise<EventDetails["counts"]> =>
        (await request(`GET /events/${event.id}`)).counts,
    };
  }

  return { open, call, services, setTime: (now: Date) => void (time = now) };
}

export const kari = { first_name: "Kari", last_name: "Nordmann", mobile: "+4791234567" };
export const ola = { first_name: "Ola", mobile: "+4791234568" };
