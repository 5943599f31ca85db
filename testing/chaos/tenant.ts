/** A workspace whose texts go through one carrier: senders, contacts on lists, and handsets that misbehave. */
import { sql } from "kysely";
import { SmppSettings, TwilioSettings } from "../../contract/carriers.ts";
import { permissions } from "../../contract/permissions.ts";
import type { Behaviour } from "../../contract/sandbox.ts";
import { newApiKey, storeApiKey } from "../../server/accounts/api-keys.ts";
import { addCarrier } from "../../server/carriers/carriers.ts";
import type { Db, Tx } from "../../server/kit/db.ts";
import { createSeal } from "../../server/kit/seal.ts";
import { newId } from "../new-id.ts";
import { createTestWorkspace } from "../workspace.ts";
import { type Network, password, systemId } from "./network.ts";
import type { Scale } from "./plan.ts";

export type CarrierName = "sandbox" | "smpp" | "twilio";

export interface Tenant {
  name: string;
  carrier: CarrierName;
  id: string;
  key: string;
  /** Whether its carrier can look up after a crash which texts it has. */
  can_look_up: boolean;
  /** Their ids; the first ones have a rate, the others go as fast as they can. */
  senders: string[];
  /** The senders' own numbers. */
  addresses: string[];
  lists: string[];
  /** E.164 of a contact. */
  numberOf(contact: number): string;
  /** Its first name. */
  nameOf(contact: number): string;
  /** The contacts on a list, by the list's index. */
  listed(list: number): number[];
  /** The zone of its clocks, and of most contacts. */
  time_zone: string;
  /** Whether a contact's clock is an hour ahead of them. */
  isAhead(contact: number): boolean;
  /** Numbers for which no receipt is ever sent. */
  silent: ReadonlySet<string>;
  /** The numbers that the carrier refuses. */
  refusing: ReadonlySet<string>;
}

/** An hour apart all year. */
const time_zone = "Europe/Oslo";
const zoneAhead = "Europe/Helsinki";
const everyAhead = 3;

/** The code with which the sandbox refuses a text at submission. */
const refusalCode = "21211";

/** Which handsets misbehave: every hundredth or thousandth, by kind; the others deliver. */
const behaviours: { every: number; behaviour: Behaviour; error_code?: string }[] = [
  { every: 100, behaviour: "lose_receipt" },
  { every: 101, behaviour: "double_receipt" },
  { every: 103, behaviour: "early_receipt" },
  { every: 107, behaviour: "fail", error_code: "30006" },
  { every: 109, behaviour: "fail", error_code: refusalCode },
  { every: 997, behaviour: "throttle" },
];

/** The carrier beyond the network; without it texts go to the sandbox. */
export interface ThroughNetwork {
  kind: "smpp" | "twilio";
  network: Network;
  /** URLs of the API processes, for callbacks from Twilio. */
  urls: readonly string[];
  secret_key: string;
  /** The outcome of a request without an answer for so long is unknown. */
  response_seconds: number;
}

/** Creates one; `prefix` are the two digits of its numbers after +479. */
export async function createTenant(
  db: Db,
  name: string,
  prefix: string,
  scale: Scale,
  through: ThroughNetwork | null,
): Promise<Tenant> {
  const workspace = await createTestWorkspace(db, { name, time_zone, allowance: 100_000_000 });
  const key = newApiKey();
  const size = scale.lists * scale.list_size;
  const numberOf = (contact: number) => `+479${prefix}${String(contact).padStart(5, "0")}`;
  const senders = [workspace.sender.id];
  const addresses = [workspace.sender.address];
  const lists: string[] = [];
  const trouble = troubleOf(size);
  await db.asSystem(async (tx) => {
    await storeApiKey(tx, workspace.id, key, { name, role: "super_admin", scopes: permissions }, new Date());
    while (senders.length < scale.senders) {
      const id = newId();
      const address = `+4759${prefix}${senders.length}000`;
      await sql`
        insert into senders (workspace_id, id, address, kind, can_receive, is_default, created_at)
        values (${workspace.id}, ${id}, ${address}, 'long_number', true, false, now())`.execute(tx);
      senders.push(id);
      addresses.push(address);
    }
    for (const [i, id] of senders.entries())
      await sql`
        update senders set rate_per_second = ${scale.rates[i] ?? null}
        where workspace_id = ${workspace.id} and id = ${id}`.execute(tx);
    await sql`
      insert into contacts (workspace_id, id, mobile, mobile_kind, first_name, time_zone, sms_consents, created_at, updated_at)
      select ${workspace.id}, gen_random_uuid(), '+479' || ${prefix} || lpad(i::text, 5, '0'), 'mobile',
        case when i % 10 = 0 then repeat('Navn', 40) else 'Navn' || (i % 50) end,
        case when i % ${everyAhead}::int = 0 then ${zoneAhead} end, 1, now(), now()
      from generate_series(0, ${size - 1}::int) i`.execute(tx);
    for (let i = 0; i < scale.lists; i++) {
      const id = newId();
      lists.push(id);
      await sql`insert into lists (workspace_id, id, name, created_at) values (${workspace.id}, ${id}, ${`List ${i}`}, now())`.execute(
        tx,
      );
      await sql`
        insert into list_members (workspace_id, list_id, contact_id)
        select workspace_id, ${id}, id from contacts
        where workspace_id = ${workspace.id} and mobile >= ${numberOf(i * scale.list_size)}
          and mobile < ${numberOf((i + 1) * scale.list_size)}`.execute(tx);
    }
    if (through) await connect(tx, workspace.id, through);
    else await configureHandsets(tx, workspace.id, trouble, numberOf);
  });
  if (through?.kind === "smpp") await configureSmsc(through.network, trouble, numberOf);
  if (through?.kind === "twilio") configureTwilio(through, trouble, numberOf);
  const mute = through ? [] : trouble.filter(({ behaviour }) => behaviour === "lose_receipt");
  const silent = new Set(mute.map(({ contact }) => numberOf(contact)));
  const refused = trouble.filter(({ error_code }) => error_code === refusalCode);
  const refusing = new Set(refused.map(({ contact }) => numberOf(contact)));
  const can_look_up = through?.kind !== "smpp";
  const nameOf = (contact: number) => (contact % 10 === 0 ? "Navn".repeat(40) : `Navn${contact % 50}`);
  const listed = (list: number) => Array.from({ length: scale.list_size }, (_, i) => list * scale.list_size + i);
  const isAhead = (contact: number) => contact % everyAhead === 0;
  const belongings = { senders, addresses, lists, numberOf, nameOf, listed, time_zone, isAhead, silent, refusing };
  return { name, carrier: through?.kind ?? "sandbox", id: workspace.id, key, can_look_up, ...belongings };
}

/** Adds a connection to the SMSC or to Twilio, and assigns all senders to it. */
async function connect(tx: Tx, workspaceId: string, through: ThroughNetwork) {
  const seal = createSeal(through.secret_key);
  const id = await addCarrier(
    tx,
    seal,
    workspaceId,
    through.kind === "smpp" ? smppInput(through) : twilioInput(through),
    new Date(),
  );
  await sql`update senders set carrier_id = ${id} where workspace_id = ${workspaceId}`.execute(tx);
}

function smppInput({ network, response_seconds }: ThroughNetwork) {
  const settings = SmppSettings.parse({
    host: "127.0.0.1",
    port: network.proxy.port,
    system_id: systemId,
    enquire_link_seconds: 1,
    response_seconds,
  });
  return { kind: "smpp", enabled: true, settings, secrets: { password } } as const;
}

function twilioInput({ network: { twilio } }: ThroughNetwork) {
  const rates = { long_number: null, north_american: null, short_code: null, alphanumeric: null };
  const settings = TwilioSettings.parse({ account_sid: twilio.account_sid, rates });
  const secrets = { auth_token: twilio.auth_token, api_key_secret: null, shared_key_secret: null };
  return { kind: "twilio", enabled: true, settings, secrets } as const;
}

type Trouble = ReturnType<typeof troubleOf>;

async function configureHandsets(tx: Tx, workspaceId: string, trouble: Trouble, numberOf: Tenant["numberOf"]) {
  await sql`
    insert into sandbox_phones (workspace_id, number, behaviour, error_code, delay_ms)
    select ${workspaceId}, u.number, u.behaviour, u.error_code, 20
    from unnest(${trouble.map(({ contact }) => numberOf(contact))}::text[],
      ${trouble.map(({ behaviour }) => behaviour)}::text[],
      ${trouble.map(({ error_code }) => error_code ?? null)}::text[]) as u (number, behaviour, error_code)`.execute(tx);
}

/** Sets the numbers that Twilio refuses, and those that it cannot deliver to. */
function configureTwilio({ network, urls }: ThroughNetwork, trouble: Trouble, numberOf: Tenant["numberOf"]) {
  const withCode = (code: string) =>
    new Map(
      trouble.filter(({ error_code }) => error_code === code).map(({ contact }) => [numberOf(contact), Number(code)]),
    );
  network.twilio.attach(urls, { refused: withCode(refusalCode), undelivered: withCode("30006") });
}

/** Sets the numbers that the SMSC refuses, and those that it cannot deliver to; its other faults apply to a share of all texts. */
async function configureSmsc({ smsc }: Network, trouble: Trouble, numberOf: Tenant["numberOf"]) {
  const failing = (code: string) =>
    trouble.filter(({ error_code }) => error_code === code).map(({ contact }) => numberOf(contact).slice(1));
  await smsc.behave({
    submit_status_to: Object.fromEntries(failing(refusalCode).map((number) => [number, invalidDestination])),
    stat_to: Object.fromEntries(failing("30006").map((number) => [number, "UNDELIV"])),
  });
}

const invalidDestination = 0x0b;

function troubleOf(size: number) {
  return Array.from({ length: size }, (_, contact) => {
    const found = behaviours.find(({ every }) => contact > 0 && contact % every === 0);
    return found ? [{ contact, behaviour: found.behaviour, error_code: found.error_code }] : [];
  }).flat();
}
