/** Fills a fresh installation with some weeks of a hairdresser's work, through the API and on the sandbox's handsets. */
import type { Workspace } from "../../contract/accounts.ts";
import type { Campaign, CampaignInput } from "../../contract/campaigns.ts";
import type { Carrier } from "../../contract/carriers.ts";
import type { ContactSummary, Import } from "../../contract/contacts.ts";
import type { List } from "../../contract/lists.ts";
import type { Sender } from "../../contract/senders.ts";
import type { Usage } from "../../contract/usage.ts";
import type { Webhook } from "../../contract/webhooks.ts";
import type { ApiClient } from "../api-client.ts";
import { until } from "../until.ts";
import { customerFile, customers } from "./customers.ts";

type Api = Pick<ApiClient, "must">;

/** What the pages of the tour are addressed by. */
export interface Salon {
  import: string;
  lists: { customers: string; regulars: string };
  campaigns: { sent: string; paused: string; draft: string };
  /** Who has written, been answered, and clicked. */
  talker: { id: string; mobile: string };
  /** Who has opted out. */
  leaver: string;
  /** Who was sent a link and asks to be erased. */
  erased: { id: string; mobile: string };
  webhook: string;
}

interface WithId {
  id: string;
}

const phone = (mobile: string) => `/sandbox/phones/${encodeURIComponent(mobile)}` as const;
const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
const mobileOf = (index: number) => customers[index]?.mobile as string;

export async function fillSalon(api: Api, serverUrl: string, webhookUrl: string): Promise<Salon> {
  const { must } = api;
  await must<Workspace>("PATCH /workspace", { segment_price: { amount: 0.49, currency: "NOK" }, undo_seconds: 0 });
  const webhook = await must<Webhook>("POST /webhooks", {
    url: webhookUrl,
    events: ["message.received", "contact.opted_out", "campaign.sent", "import.done"],
  });
  await must("POST /webhooks", {
    url: "https://kassen.example/varsla",
    events: ["contact.created", "contact.updated"],
    enabled: false,
  });
  for (const name of ["Timepåminnelser", "Nyhetsbrev"]) await must("POST /subscription-types", { name });
  const senders = await fillSenders(api);

  const imported = await importCustomers(api);
  const { items: lists } = await must<{ items: List[] }>("GET /lists");
  const everyone = lists.find(({ name }) => name === "Kunder")?.id as string;
  const { items: contacts } = await must<{ items: ContactSummary[] }>("GET /contacts?limit=100");
  const idOf = (index: number) => contacts.find(({ mobile }) => mobile === mobileOf(index))?.id as string;
  const { id: regulars } = await must<WithId>("POST /lists", { name: "Stamkunder" });
  await must(`POST /lists/${regulars}/members`, { contacts: customers.slice(0, 14).map((_, index) => idOf(index)) });
  const { id: lost } = await must<WithId>("POST /lists", { name: "Ikke vært her siden i vår" });
  await must(`POST /lists/${lost}/members`, { contacts: [30, 33, 36, 39, 42].map(idOf) });
  await must("POST /lists", { name: "Bryllup og fest" });

  const sent = await sendAutumnOffer(api, serverUrl, everyone, senders.number);
  const hours = await campaign(api, {
    name: "Nye åpningstider",
    text: "Hei {{ contact.first_name }}! Fra mandag har vi åpent til kl. 20 på torsdager. Velkommen!",
    include: { lists: [regulars], contacts: [] },
  });
  await sendAndWait(api, hours);
  const talk = { id: idOf(0), mobile: mobileOf(0) };
  await converse(api, talk, senders.number);
  // Politely, so that a person has to decide.
  await reply(api, mobileOf(7), senders.number, "Stopp. Tusen takk for meg!");
  await until(async () => {
    const { items } = await must<{ items: unknown[] }>("GET /tray");
    if (items.length === 0) throw new Error("Nothing is in the tray.");
  });

  const paused = await pauseSummer(api, everyone, senders.slow);
  const christmas = await campaign(api, {
    name: "Julegaver fra salongen",
    text: 'Hei {{ contact.first_name | default: "der" }}! Gavekort til jul får du hos oss: https://salongsaks.example/gavekort',
    include: { lists: [everyone], contacts: [] },
    links: { shorten: true },
  });
  const newYear = await campaign(api, {
    name: "Godt nytt år",
    text: "Godt nytt år, {{ contact.first_name }}! Bestill årets første klipp på telefon 22 33 44 55.",
    include: { lists: [regulars], contacts: [] },
  });
  await must(`POST /campaigns/${newYear}/schedule`, { at: `${dayIn(14)}T10:00`, local: false });

  return {
    import: imported,
    lists: { customers: everyone, regulars },
    campaigns: { sent, paused, draft: christmas },
    talker: talk,
    leaver: idOf(3),
    erased: { id: idOf(47), mobile: mobileOf(47) },
    webhook: webhook.id,
  };
}

/** A day some days ahead, as YYYY-MM-DD. */
const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** The number that a new workspace has is another in each run, so texts come from numbers that are not. */
async function fillSenders({ must }: Api): Promise<{ number: string; slow: string }> {
  const add = async (sender: object) => (await must<Sender>("POST /senders", { carrier_id: null, ...sender })).address;
  const number = await add({ address: "+4759440100", is_default: true });
  await add({ address: "Salong Saks" });
  return { number, slow: await add({ address: "+4759440300", rate_per_second: 1 }) };
}

async function importCustomers({ must }: Api): Promise<string> {
  const query = new URLSearchParams({
    list: "Kunder",
    subscription_type: "marketing",
    consent_source: "Kundeskjema i salongen",
    file_name: "kunder.csv",
    mapping: JSON.stringify({
      Fornavn: "first_name",
      Etternavn: "last_name",
      Mobil: "mobile",
      "E-post": "email",
      Sted: "property:sted",
      Frisør: "property:frisor",
    }),
  });
  const { id } = await must<WithId>(`POST /contacts/imports?${query}`, customerFile);
  await until(async () => {
    const { status } = await must<Import>(`GET /contacts/imports/${id}`);
    if (status !== "done") throw new Error(`The import is ${status}.`);
  });
  return id;
}

async function campaign({ must }: Api, input: Partial<CampaignInput> & Pick<CampaignInput, "name">): Promise<string> {
  return (await must<Campaign>("POST /campaigns", { subscription_type: "marketing", ...input })).id;
}

/** Sends it, and waits until every recipient has an outcome. */
async function sendAndWait({ must }: Api, id: string): Promise<void> {
  await must(`POST /campaigns/${id}/send`, {});
  await until(async () => {
    const { status, counts } = await must<Campaign>(`GET /campaigns/${id}`);
    const known = counts.delivered + counts.not_delivered + counts.not_sent;
    // The handset that loses its receipt stays without an outcome.
    if (status !== "sent" || known < counts.recipients - 1)
      throw new Error(`${id} is ${status}, ${JSON.stringify(counts)}`);
  });
}

const reply = ({ must }: Api, mobile: string, to: string, text: string) =>
  must(`POST ${phone(mobile)}/reply`, { to, text });

/** A campaign with clicks of people and of robots, answers, a STOP and texts that did not arrive. */
async function sendAutumnOffer(api: Api, serverUrl: string, list: string, sender: string): Promise<string> {
  const { must } = api;
  for (const index of [12, 29]) await must(`PUT ${phone(mobileOf(index))}`, { behaviour: "fail" });
  await must(`PUT ${phone(mobileOf(20))}`, { behaviour: "lose_receipt" });
  const id = await campaign(api, {
    name: "Høstklipp",
    text: "Hei {{ contact.first_name }}! Ut oktober får du 20 % på klipp og farge hos oss. Bestill her: https://salongsaks.example/bestill",
    include: { lists: [list], contacts: [] },
    links: { shorten: true },
  });
  await sendAndWait(api, id);
  await readLinks(api, serverUrl);
  await reply(api, mobileOf(5), sender, "Så fint! Har dere ledig på lørdag?");
  await reply(api, mobileOf(9), sender, "Kommer gjerne 😊");
  await reply(api, mobileOf(3), sender, "STOP");
  await reply(api, mobileOf(17), sender, "stopp");
  await until(async () => {
    const { items } = await must<{ items: ContactSummary[] }>("GET /contacts?limit=100");
    const gone = items.filter(({ opted_out }) => opted_out).length;
    if (gone < 2) throw new Error(`${gone} of 2 have opted out.`);
  });
  return id;
}

/** Some recipients follow their links, and a robot two. A hit within two seconds of the receipt would count as a robot's too. */
async function readLinks({ must }: Api, serverUrl: string): Promise<void> {
  const delivered = Date.now();
  await until(() => {
    if (Date.now() - delivered < 2_500) throw new Error("It is too early to have read the text.");
  });
  const open = async (index: number, headers: Record<string, string>) =>
    fetch(`${serverUrl}${await linkOn(must, mobileOf(index))}`, { headers, redirect: "manual" });
  for (const index of [0, 1, 2, 5, 6, 9, 11, 14, 18, 22, 26, 31, 40]) await open(index, { "user-agent": iphone });
  for (const index of [8, 16]) await open(index, { "user-agent": iphone, "sec-purpose": "prefetch" });
}

/** The path of the short link in the first text of a handset. */
async function linkOn(must: Api["must"], mobile: string): Promise<string> {
  const { items } = await must<{ items: { text: string }[] }>(`GET ${phone(mobile)}/messages`);
  return /\/l\/[0-9A-Za-z]{10}/.exec(items[0]?.text ?? "")?.[0] as string;
}

/** Erases somebody, and returns the path of the link that they were sent, which leads nowhere any more. */
export async function erase({ must }: Api, serverUrl: string, { id, mobile }: Salon["erased"]): Promise<string> {
  const link = await linkOn(must, mobile);
  await must(`POST /contacts/${id}/erasure`, { confirm: id });
  await until(async () => {
    const { status } = await fetch(`${serverUrl}${link}`, { redirect: "manual" });
    if (status !== 410) throw new Error(`${link} is answered ${status}.`);
  });
  return link;
}

async function converse(api: Api, { mobile }: { mobile: string }, sender: string): Promise<void> {
  const texts = async (count: number) =>
    until(async () => {
      const { items } = await api.must<{ items: unknown[] }>(`GET ${phone(mobile)}/messages`);
      if (items.length < count) throw new Error(`${mobile} has ${items.length} of ${count} texts.`);
    });
  // The two campaigns came before.
  await reply(api, mobile, sender, "Hei! Kan jeg flytte timen min til fredag?");
  await api.must("POST /messages", { to: mobile, text: "Hei Åse! Ja, fredag kl. 14 hos Kari er ledig. Passer det?" });
  await texts(4);
  await reply(api, mobile, sender, "Perfekt, tusen takk!");
  await api.must("POST /messages", { to: mobile, text: "Så bra, da ses vi på fredag!" });
  await texts(6);
}

async function pauseSummer(api: Api, list: string, sender: string): Promise<string> {
  const id = await campaign(api, {
    name: "Sommerstengt uke 29",
    text: "Hei {{ contact.first_name }}! Vi holder stengt i uke 29. Bestill time før ferien på telefon 22 33 44 55.",
    include: { lists: [list], contacts: [] },
    sender,
  });
  await api.must(`POST /campaigns/${id}/send`, {});
  await until(async () => {
    const { counts } = await api.must<Campaign>(`GET /campaigns/${id}`);
    if (counts.sent < 5) throw new Error(`${counts.sent} texts of ${id} have left.`);
  });
  await api.must(`POST /campaigns/${id}/pause`);
  return id;
}

/** Two colleagues who have joined, one who is invited, and keys of two systems. Returns the link of the invitation. */
export async function fillPeople({ must }: Api, serverUrl: string, linkOf: (email: string) => Promise<string>) {
  for (const [name, email, role] of [
    ["Berit Ødegård", "berit@salongsaks.example", "admin"],
    ["Jonas Åsheim", "jonas@salongsaks.example", "marketer"],
  ]) {
    await must("POST /people", { email, role });
    const token = (await linkOf(email as string)).split("/").at(-1);
    // Without the cookies of whoever invited them, which the answer would replace.
    const accept = `${serverUrl}/api/v1/invitations/${token}/accept`;
    const body = JSON.stringify({ name, password: "three boats in a row" });
    const answer = await fetch(accept, { method: "POST", headers: { "content-type": "application/json" }, body });
    if (!answer.ok) throw new Error(`${name} cannot join: ${answer.status} ${await answer.text()}`);
  }
  const till = { name: "Kassen", scopes: ["contacts:read", "contacts:write"] };
  const booking = { name: "Timebestilling", scopes: ["messages:send", "messages:read", "contacts:read"] };
  for (const key of [till, booking]) await must("POST /api-keys", key);
  await must("POST /people", { email: "laerling@salongsaks.example", role: "viewer" });
  return linkOf("laerling@salongsaks.example");
}

/** Two carriers, the second as the fallback. The first switches quiet hours on, so no marketing is sent after it. */
export async function fillCarriers({ must }: Api, port: number): Promise<string> {
  const { id } = await must<Carrier>("POST /carriers", {
    name: "Nordisk SMS",
    kind: "smpp",
    settings: { host: "127.0.0.1", port, system_id: "salongsaks", tls: "off" },
    secrets: { password: "secret" },
  });
  const twilio = await must<Carrier>("POST /carriers", {
    name: "Twilio",
    kind: "twilio",
    enabled: false,
    settings: { account_sid: `AC${"0".repeat(32)}` },
    secrets: { auth_token: "a".repeat(32) },
  });
  await must("PUT /carrier-routes", { items: [{ country: "*", carriers: [id, twilio.id] }] });
  await until(async () => {
    const { items } = await must<{ items: Carrier[] }>("GET /carriers");
    const state = items.find((each) => each.id === id)?.status.state;
    if (state !== "up") throw new Error(`The carrier is ${state}.`);
  });
  await must<Sender>("POST /senders", { address: "+4759440200", carrier_id: id });
  return id;
}

/** Lowers the allowance until four fifths are used, which raises an alert. */
export async function useUpQuota({ must }: Api): Promise<void> {
  const { used, reserved } = await must<Usage>("GET /usage");
  await must("PATCH /subscription", { allowance: Math.floor((used + reserved) / 0.84) });
  await until(async () => {
    const { items } = await must<{ items: { kind: string }[] }>("GET /alerts");
    if (!items.some(({ kind }) => kind === "quota")) throw new Error("No alert says that the quota is nearly used.");
  });
}
