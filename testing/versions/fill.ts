/** Fills the tables of a version with rows of every kind, through its API. Endpoints that the version does not have are skipped. */
import { example } from "./example.ts";

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
/** An answer's body; null if the version has no such endpoint. */
// oxlint-disable-next-line typescript/no-explicit-any -- what each call answers is the version's own
type Answer = any;
type Call = (line: `${Method} /${string}`, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
/** Waits until a statement's one column `done` is true. */
type Until = (statement: string) => Promise<void>;

const csv = [
  "First name;Last name;Mobile;E-mail;City",
  ...Array.from({ length: 12 }, (_, i) => `Åse${i};Øye;91 23 45 ${10 + i};a${i}@example.com;Bodø`),
  "Feil;Feil;12;;",
].join("\n");

function caller(base: string, authorization: Record<string, string>): Call {
  return async (line, body, headers = {}) => {
    const [method = "GET", path = "/"] = line.split(" ");
    const json = body !== undefined && typeof body !== "string";
    const answer = await fetch(`${base}${path.startsWith("/api/") ? "" : "/api/v1"}${path}`, {
      method,
      headers: { ...authorization, ...(json && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : String(body) }),
    });
    const said = await answer.text();
    console.log(`${line} ${answer.status}`);
    const cookie = answer.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
    if (answer.status === 404 && said.includes("There is nothing at")) return null;
    if (!answer.ok) throw new Error(`${line} answered ${answer.status}: ${said}`);
    const parsed = said.startsWith("{") ? JSON.parse(said) : {};
    return cookie === "" ? parsed : { ...parsed, cookie };
  };
}
const byKey = (base: string) => caller(base, { authorization: `Bearer ${example.settings.API_KEY}` });

export async function fill(base: string, until: Until): Promise<void> {
  const call = byKey(base);
  await people(base, call, until);

  const list = await call("POST /lists", { name: "Kunder" });
  await call(`POST /contacts/imports?list=${list.id}&subscription_type=marketing&consent_source=Skjema`, csv, {
    "content-type": "text/csv",
  });
  await until("select status = 'done' as done from imports");
  const ola = await call("POST /contacts", {
    first_name: "Ola",
    mobile: "+4793000001",
    phone: "+4722222222",
    email: "ola@example.com",
    properties: { plan: "gull", siden: 2019 },
  });
  for (const action of ["grant", "withdraw"])
    await call("POST /consent-events", {
      contact_id: ola.id,
      subscription_type: "marketing",
      channel: "sms",
      action,
      source: "web",
      evidence: `Skjema: ${action}`,
    });
  await call("POST /subscription-types", { name: "Nyhetsbrev" });
  await call("POST /lists", { name: "Tom" });
  const more = await call("POST /lists", { name: "Faste" });
  await call(`POST /lists/${more.id}/members`, { contacts: [ola.id] });

  for (const [number, behaviour] of [
    ["+4791234511", "fail"],
    ["+4791234516", "double_receipt"],
    ["+4791234517", "lose_receipt"],
    ["+4791234518", "early_receipt"],
    ["+4791234519", "throttle"],
  ])
    await call(`PUT /sandbox/phones/${number}`, { behaviour });
  const audience = { include: { lists: [list.id], contacts: [ola.id] }, exclude: { lists: [], contacts: [] } };
  const campaign = { text: "Hei {{ contact.first_name }} 🎉", subscription_type: "marketing", ...audience };
  const sent = await call("POST /campaigns", { name: "Høst", ...campaign });
  await call(`POST /campaigns/${sent.id}/send`);
  await until(`select status = 'sent' as done from campaigns where id = '${sent.id}'`);
  await until("select count(*) = 0 as done from sandbox_receipts");
  await call("POST /campaigns", { name: "Utkast", text: "Kladd", subscription_type: "marketing" });

  const phone = await call("GET /sandbox/phones/+4791234512/messages");
  const from = phone.items[0].from;
  for (const [number, text] of [
    ["+4791234512", "STOP"],
    ["+4791234513", "Hva koster det?"],
    ["+4791234514", "STOP"],
    ["+4791234514", "START"],
    ["+4799999999", "Hei fra en ukjent"],
  ])
    await call(`POST /sandbox/phones/${number}/reply`, { to: from, text });
  await call("POST /messages", { to: "+4791234515", text: "Timen din er klar" }, { "idempotency-key": "en-gang" });
  await until("select count(*) = 0 as done from message_queue");

  // A campaign that exceeds the quota.
  const { allowance } = await call("GET /subscription");
  await call("PATCH /subscription", { allowance: 15 });
  const tooLarge = await call("POST /campaigns", { name: "For stor", ...campaign });
  await call(`POST /campaigns/${tooLarge.id}/send`).catch(() => {});
  if (await call("GET /alerts")) await until("select count(*) > 0 as done from alerts");
  await call("PATCH /subscription", { allowance });

  await connections(call);
  const gone = await call("POST /contacts", { first_name: "Slettes", mobile: "+4793000009" });
  await call(`DELETE /contacts/${gone.id}`);
  if (await call(`POST /contacts/${ola.id}/opt-outs`, { reason: "Ringte" }))
    await call("PATCH /retention", { text_months: 12, ledger_months: 36 });
  const erased = await call("POST /contacts", { first_name: "Glemmes", mobile: "+4793000010" });
  await call("POST /messages", { to: "+4793000010", text: "Velkommen" });
  await until("select count(*) = 0 as done from message_queue");
  if (await call(`POST /contacts/${erased.id}/erasure`, { confirm: erased.id }))
    // An erasure finishes once all earlier transactions have ended, so this one stays unfinished.
    await until("select messages > 0 as done from erasures");
}

async function people(base: string, call: Call, until: Until): Promise<void> {
  const { name, email, password } = example.colleague;
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = example.settings;
  const session = await caller(base, { origin: base })("POST /api/auth/sign-in/email", {
    email: ADMIN_EMAIL,
    password: ADMIN_PASSWORD,
  });
  // A second workspace, whose rows the first must not see.
  const owner = caller(base, { cookie: session.cookie, origin: base });
  const other = await owner("POST /workspaces", {
    name: "Verkstedet",
    country: "SE",
    time_zone: "Europe/Stockholm",
    language: "sv",
  });
  const there = caller(base, { cookie: session.cookie, origin: base, "x-workspace": other.workspace?.id ?? other.id });
  await there("POST /contacts", { first_name: "Sven", mobile: "+46701234567" });
  await there("POST /messages", { to: "+46701234567", text: "Bilen är klar" });

  await call("POST /api-keys", { name: "Kasse", scopes: ["messages:send"] });
  await call("POST /people", { email: "ubesvart@example.com", role: "viewer" });
  await call("POST /people", { email, role: "marketer" });
  const mail = `from sandbox_mails where recipient = '${email}'`;
  await until(`select count(*) = 1 as done ${mail}`);
  const mails = await call(`GET /sandbox/mailbox?query=${encodeURIComponent(email)}`);
  const token = /invitations?\/([^\s/]+)/
    .exec(JSON.stringify(mails))?.[1]
    ?.replace(/\\n.*/, "")
    .replace(/["\\].*/, "");
  if (!token) throw new Error(`no invitation in ${JSON.stringify(mails)}`);
  await call(`POST /invitations/${token}/accept`, { name, password });
}

async function connections(call: Call): Promise<void> {
  const { smpp_password, twilio_token } = example.carriers;
  const smpp = await call("POST /carriers", {
    kind: "smpp",
    name: "Leverandør",
    enabled: false,
    settings: { host: "smsc.example.com", system_id: "varsla" },
    secrets: { password: smpp_password },
  });
  if (smpp) {
    const twilio = await call("POST /carriers", {
      kind: "twilio",
      name: "Twilio",
      enabled: false,
      settings: { account_sid: `AC${"0".repeat(32)}` },
      secrets: { auth_token: twilio_token },
    });
    await call("PUT /carrier-routes", { items: [{ country: "SE", carriers: [smpp.id, twilio.id] }] });
    const hook = await call("POST /webhooks", {
      url: "https://hooks.example.invalid/varsla",
      events: ["alert.raised"],
    });
    await call(`POST /webhooks/${hook.id}/test`);
    await call("POST /alerts/seen");
  }
  await call("POST /senders", { address: "Salong" });
}

/** Sends texts that are under way when the process is killed. */
export async function leaveHalfDone(base: string): Promise<void> {
  const call = byKey(base);
  await call("POST /messages", { to: "+4791234520", text: "Har du tid?" });
  await call("POST /messages", { to: "+4791234521", text: "Vi sees i morgen" });
  const lists = await call("GET /lists");
  const { id } = lists.items.find((list: { name: string }) => list.name === "Kunder");
  const campaign = await call("POST /campaigns", {
    name: "Jul",
    text: "God jul!",
    subscription_type: "marketing",
    include: { lists: [id], contacts: [] },
  });
  await call(`POST /campaigns/${campaign.id}/send`);
}

/** A day's work on these data, to be recorded. */
export async function work(base: string, until: Until): Promise<void> {
  const call = byKey(base);
  const idle = async () => {
    await until("select count(*) = 0 as done from message_queue");
    await until("select count(*) = 0 as done from sandbox_receipts");
    await until("select count(*) = 0 as done from campaigns where status in ('preparing', 'sending')");
  };
  await idle();
  const eva = await call("POST /contacts", { first_name: "Eva", mobile: "+4793000021", properties: { by: "Tromsø" } });
  await call("POST /consent-events", {
    contact_id: eva.id,
    subscription_type: "marketing",
    channel: "sms",
    action: "grant",
    source: "web",
    evidence: "ja",
  });
  await call(`PATCH /contacts/${eva.id}`, { last_name: "Berg" });
  const list = await call("POST /lists", { name: "Nye" });
  await call(`POST /lists/${list.id}/members`, { contacts: [eva.id] });
  await call("POST /messages", { to: "+4793000021", text: "Velkommen, {{ contact.first_name }}" });
  await idle();
  const campaign = await call("POST /campaigns", {
    name: "Nyttår",
    text: "Godt nytt år!",
    subscription_type: "marketing",
    include: { lists: [list.id], contacts: [] },
  });
  await call(`POST /campaigns/${campaign.id}/review`);
  await call(`POST /campaigns/${campaign.id}/send`);
  await idle();
  const phone = await call("GET /sandbox/phones/+4793000021/messages");
  await call("POST /sandbox/phones/+4793000021/reply", { to: phone.items[0].from, text: "STOP" });
  await idle();
  for (const path of ["contacts", "campaigns", "messages", "usage", "lists", "people", "senders"] as const)
    await call(`GET /${path}`);
  await call(`GET /campaigns/${campaign.id}/performance`);
  await call(`GET /contacts/${eva.id}/consent`);
  await call(`DELETE /contacts/${eva.id}`);
}
