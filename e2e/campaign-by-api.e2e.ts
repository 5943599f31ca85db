/** The whole journey through the HTTP API alone, as an integration would make it: import, send, see it arrive, STOP, START. */
import { expect, test, vi } from "vitest";
import { openJourney } from "../testing/journey.ts";

const { url, key } = await openJourney("api");

// oxlint-disable-next-line typescript/no-explicit-any -- responses are read as untyped JSON, as an integration reads them
type Json = any;

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const csv = typeof body === "string";
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { "content-type": csv ? "text/csv" : "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : csv ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : null) as Json };
}

/** The response's body; fails unless the status is the expected one. */
async function must(status: number, method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const answer = await call(method, path, body, headers);
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBe(status);
  return answer.body;
}

const phone = (number: string) => `/sandbox/phones/${encodeURIComponent(number)}`;

/** The texts on a handset, oldest first, once there are `count` of them. */
async function handset(number: string, count: number): Promise<Json[]> {
  return vi.waitFor(
    async () => {
      const { items } = await must(200, "GET", `${phone(number)}/messages`);
      expect(items).toHaveLength(count);
      return items;
    },
    { timeout: 20_000, interval: 50 },
  );
}

async function sentCampaign(name: string, list: string, text: string) {
  const campaign = await must(201, "POST", "/campaigns", {
    name,
    text,
    subscription_type: "marketing",
    include: { lists: [list], contacts: [] },
  });
  const review = await must(200, "POST", `/campaigns/${campaign.id}/review`);
  expect(review.errors).toEqual([]);
  await must(202, "POST", `/campaigns/${campaign.id}/send`, undefined, { "idempotency-key": `send-${campaign.id}` });
  await vi.waitFor(async () => expect((await must(200, "GET", `/campaigns/${campaign.id}`)).status).toBe("sent"), {
    timeout: 20_000,
    interval: 50,
  });
  return { campaign, review };
}

test("a campaign reaches the handsets, STOP is honoured, and START brings them back", async () => {
  const ola = "+4791234567";
  const csv = "Fornavn;Mobil;E-post\nOla;912 34 567;ola@example.no\nÅse;923 45 678;\nFeil;12;\n";
  const { id } = await must(
    202,
    "POST",
    "/contacts/imports?list=Kunder&subscription_type=marketing&consent_source=Kundeskjema",
    csv,
  );
  const imported = await vi.waitFor(
    async () => {
      const state = await must(200, "GET", `/contacts/imports/${id}`);
      expect(state.status).toBe("done");
      return state;
    },
    { timeout: 20_000, interval: 50 },
  );
  expect(imported).toMatchObject({ rows: 3, created: 2, updated: 0 });
  expect(imported.rejected).toHaveLength(1);
  expect(imported.rejected[0].row).toBe(4);

  const { items: lists } = await must(200, "GET", "/lists");
  const list = lists.find((each: Json) => each.name === "Kunder");
  expect(list.members).toBe(2);

  const text = 'Hei {{ contact.first_name | default: "der" }}, 20 % på klipp i dag.';
  const first = await sentCampaign("Høstklipp", list.id, text);
  expect(first.review.recipients).toMatchObject({ will: 2, wont: 0 });

  const [arrived] = await handset(ola, 1);
  expect(arrived.direction).toBe("in");
  expect(arrived.text).toMatch(/^Hei Ola, 20 % på klipp i dag\./);
  expect(arrived.text).toMatch(/STOP/);

  await vi.waitFor(
    async () =>
      expect(await must(200, "GET", `/campaigns/${first.campaign.id}/performance`)).toMatchObject({
        sent: 2,
        delivered: 2,
        not_sent: 0,
        delivery_rate: 1,
      }),
    { timeout: 20_000, interval: 50 },
  );

  await must(201, "POST", `${phone(ola)}/reply`, { to: arrived.from, text: "Stopp." });
  const afterStop = await handset(ola, 3);
  expect(afterStop.map((each: Json) => each.direction)).toEqual(["in", "out", "in"]);

  const { items: found } = await must(200, "GET", "/contacts?query=Ola");
  const contact = await must(200, "GET", `/contacts/${found[0].id}`);
  expect(contact.opt_outs).toHaveLength(1);
  expect(contact.opt_outs[0]).toMatchObject({ number: ola, source: "sms" });

  const second = await sentCampaign("Vinterklipp", list.id, text);
  expect(second.review.recipients).toMatchObject({ will: 1, wont: 1, reasons: { opted_out: 1 } });
  const { items: skipped } = await must(200, "GET", `/campaigns/${second.campaign.id}/recipients?view=not_sent`);
  expect(skipped).toHaveLength(1);
  expect(skipped[0]).toMatchObject({ contact_id: contact.id, reason: "opted_out" });
  expect(await handset(ola, 3)).toHaveLength(3);

  await must(201, "POST", `${phone(ola)}/reply`, { to: arrived.from, text: "start" });
  await handset(ola, 5);
  const third = await sentCampaign("Vårklipp", list.id, text);
  expect(third.review.recipients).toMatchObject({ will: 2, wont: 0 });
  expect((await handset(ola, 6)).at(-1).text).toMatch(/^Hei Ola/);

  const { items: timeline } = await must(200, "GET", `/contacts/${contact.id}/timeline`);
  const kinds = timeline.map((entry: Json) => entry.kind);
  for (const kind of ["message_sent", "message_received", "opted_out", "opted_in", "consent_granted"])
    expect(kinds).toContain(kind);
});

test("usage counts each segment once, and the log has one entry for each", async () => {
  const before = await must(200, "GET", "/usage");
  const sent = await must(202, "POST", "/messages", { to: "+4798765432", text: "x".repeat(161) });
  expect(sent.segments).toBe(2);
  await handset("+4798765432", 1);
  const after = await vi.waitFor(
    async () => {
      const usage = await must(200, "GET", "/usage");
      expect(usage.used).toBe(before.used + 2);
      return usage;
    },
    { timeout: 20_000, interval: 50 },
  );
  expect(after.remaining).toBe(after.allowance - after.used - after.reserved);
  const { items } = await must(200, "GET", "/usage/segments");
  const entries = items.filter((entry: Json) => entry.message_id === sent.id);
  expect(entries.map((entry: Json) => `${entry.segment}/${entry.of}`).sort()).toEqual(["1/2", "2/2"]);
});

test("an Idempotency-Key sends once, and refuses another payload", async () => {
  const body = { to: "+4790000001", text: "once" };
  const headers = { "idempotency-key": "only-once" };
  const answers = await Promise.all(Array.from({ length: 10 }, () => must(202, "POST", "/messages", body, headers)));
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
  const other = await call("POST", "/messages", { ...body, text: "twice" }, headers);
  expect(other.status).toBe(409);
  await handset("+4790000001", 1);
});
