/** Senders: what the recipient sees. Found by id, address or as the workspace's default; added by hand, or by use in the sandbox. */
import { randomInt } from "node:crypto";
import { type CountryCode, getCountryCallingCode } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { parsePhoneNumber } from "../../rules/phone-number.ts";
import { isName, readSender, type SenderAddress } from "../../rules/sender.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid } from "../kit/errors.ts";
import { isId, newId } from "../kit/id.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import type { Sender } from "./senders-store.ts";
import * as store from "./senders-store.ts";

export type { Sender };

/**
 * The sender that a caller means: by id, by address (number or name), or the workspace's default for null.
 *
 * While the sandbox is the default connection, a well-formed address is registered on first use: nothing leaves. Through a
 * carrier only what somebody who may set up senders has added is sent from; a typo must not become a sender that stays.
 * 422 (`unknown_sender`, `invalid_sender`, `no_sender`) otherwise, on the field `sender`.
 */
export async function resolveSender(tx: Tx, workspaceId: string, ref: string | null | undefined): Promise<Sender> {
  const said = ref?.trim();
  if (!said) {
    const sender = await store.findDefaultSender(tx, workspaceId);
    if (!sender) throw invalid("no_sender", "The workspace has no default sender; name one.", "sender", ref ?? null);
    return sender;
  }
  if (isId(said)) {
    const sender = await store.findSender(tx, workspaceId, said);
    if (!sender) throw invalid("unknown_sender", `There is no sender ${said}.`, "sender", said);
    return sender;
  }
  return (await store.findSenderByAddress(tx, workspaceId, said)) ?? (await registerSender(tx, workspaceId, said));
}

/** The sender with an address, where that is a name in any case: "SALONG" is sent as the "Salong" that is there. */
const findSender = (tx: Tx, workspaceId: string, address: string): Promise<Sender | undefined> =>
  isName(address)
    ? store.findSenderByName(tx, workspaceId, address)
    : store.findSenderByAddress(tx, workspaceId, address);

/** The address that `resolveSender` would come to, for those who only look: nothing is registered. */
export async function resolveAddress(tx: Tx, workspaceId: string, ref: string | null | undefined): Promise<string> {
  const said = ref?.trim();
  if (!said || isId(said)) return (await resolveSender(tx, workspaceId, said)).address;
  const { address } = readAddress(said);
  const known = await findSender(tx, workspaceId, address);
  if (!known) await insistOnSandbox(tx, workspaceId, said);
  return known?.address ?? address;
}

/** Finds a sender by an address in any spelling, or registers it with the sandbox. */
async function registerSender(tx: Tx, workspaceId: string, said: string): Promise<Sender> {
  const read = readAddress(said);
  const known = await findSender(tx, workspaceId, read.address);
  if (known) return known;
  await insistOnSandbox(tx, workspaceId, said);
  if (!isName(read.address)) return addSender(tx, workspaceId, read, null);
  // One that differs in case alone may be added at the same moment.
  await store.lockSenders(tx, workspaceId);
  return (await findSender(tx, workspaceId, read.address)) ?? addSender(tx, workspaceId, read, null);
}

/**
 * The sender that texts from handsets were written to, registered with the connection that they came through: it would not
 * have got them if the number were not its own. Null for what is no number or short code, or a connection that is gone.
 */
export async function registerReceiver(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  said: string,
): Promise<Sender | null> {
  const read = readSender(said);
  if ("problem" in read || !read.canReceive) return null;
  const known = await store.findSenderByAddress(tx, workspaceId, read.address);
  if (known) return known.can_receive ? known : null;
  if (!(await store.hasCarrier(tx, workspaceId, carrierId))) return null;
  return addSender(tx, workspaceId, read, carrierId);
}

/** Adds a sender that was not there a moment ago; where somebody was faster, theirs. */
async function addSender(
  tx: Tx,
  workspaceId: string,
  { address, kind, canReceive }: SenderAddress,
  carrierId: string | null,
): Promise<Sender> {
  const added = await store.insertSender(tx, {
    workspace_id: workspaceId,
    id: newId(),
    address,
    kind,
    can_receive: canReceive,
    carrier_id: carrierId,
    is_default: false,
    rate_per_second: null,
  });
  const sender = added ?? (await store.findSenderByAddress(tx, workspaceId, address));
  if (!sender) throw new Error(`sender ${address} is neither there nor to be added`);
  return sender;
}

/** 422 `invalid_sender` for what is neither a number nor a name. */
function readAddress(said: string) {
  const read = readSender(said);
  if ("problem" in read) throw invalid("invalid_sender", read.problem, "sender", said);
  return read;
}

/** 422 `unknown_sender` where a text from a sender that nobody has added would leave through a carrier. */
async function insistOnSandbox(tx: Tx, workspaceId: string, said: string): Promise<void> {
  if ((await store.findDefaultCarrier(tx, workspaceId)) === null) return;
  throw invalid("unknown_sender", `${said} is not a sender yet. Add it under Settings → Senders.`, "sender", said);
}

/** Adds a sender; without an address a free number of the sandbox. The first one becomes the default. 422 `unknown_carrier`. */
export async function createSender(
  tx: Tx,
  workspaceId: string,
  input: { address?: string; is_default: boolean; carrier_id?: string | null; rate_per_second?: number | null },
): Promise<Sender> {
  await store.lockSenders(tx, workspaceId);
  const isDefault = input.is_default || !(await store.findDefaultSender(tx, workspaceId));
  if (isDefault) await store.clearDefault(tx, workspaceId);
  const rest = { is_default: isDefault, rate_per_second: input.rate_per_second ?? null };
  if (!input.address) return takeFreeNumber(tx, workspaceId, rest);
  const read = readSender(input.address);
  if ("problem" in read) throw invalid("invalid_sender", read.problem, "address", input.address);
  const about = { field: "address", value: input.address };
  const known = await findSender(tx, workspaceId, read.address);
  if (known) throw conflict("sender_exists", `${known.address} is a sender already.`, about);
  const carrierId = input.carrier_id === undefined ? await store.findDefaultCarrier(tx, workspaceId) : input.carrier_id;
  await requireCarrier(tx, workspaceId, carrierId);
  const added = await store.insertSender(tx, {
    workspace_id: workspaceId,
    id: newId(),
    address: read.address,
    kind: read.kind,
    can_receive: read.canReceive,
    carrier_id: carrierId,
    ...rest,
  });
  if (!added) throw conflict("sender_exists", `${read.address} is a sender already.`, about);
  return added;
}

/**
 * Who is the sender to countries that take no names: the number that stands in for a name, null where none can; undefined
 * for a number, which is one everywhere.
 */
export async function standInFor(
  tx: Tx,
  workspaceId: string,
  sender: Pick<Sender, "id" | "address">,
): Promise<Pick<Sender, "id" | "address"> | null | undefined> {
  if (!isName(sender.address)) return undefined;
  return (await store.findStandIn(tx, workspaceId, sender.id)) ?? null;
}

/** The workspace's default sender; where it has none, a free sandbox number of its country becomes it. */
export async function createDefaultSender(tx: Tx, workspaceId: string): Promise<Sender> {
  await store.lockSenders(tx, workspaceId);
  const known = await store.findDefaultSender(tx, workspaceId);
  return known ?? takeFreeNumber(tx, workspaceId, { is_default: true, rate_per_second: null });
}

/** Refuses a connection that the workspace does not have: 422 `unknown_carrier`. Null, the sandbox, is always there. */
export async function requireCarrier(tx: Tx, workspaceId: string, carrierId: string | null): Promise<void> {
  if (carrierId === null || (await store.hasCarrier(tx, workspaceId, carrierId))) return;
  throw invalid("unknown_carrier", `There is no carrier ${carrierId}.`, "carrier_id", carrierId);
}

/** Tries numbers until the workspace has not got one yet. */
async function takeFreeNumber(
  tx: Tx,
  workspaceId: string,
  rest: Pick<Sender, "is_default" | "rate_per_second">,
): Promise<Sender> {
  const { country } = await getWorkspace(tx, workspaceId);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const address = mobileNumberOf(country);
    const added = await store.insertSender(tx, {
      workspace_id: workspaceId,
      id: newId(),
      address,
      kind: "long_number",
      can_receive: true,
      carrier_id: null,
      ...rest,
    });
    if (added) return added;
  }
  throw new Error(`no free sandbox number found in ${country}`);
}

/**
 * A random number that is a valid mobile number of the country: its numbering plan's example with the digits changed
 * from the right. Where the plan has no mobile example, a number of the plan's length without that promise.
 */
export function mobileNumberOf(country: string): string {
  const example: string | undefined = examples[country as CountryCode];
  if (!example) return `+999${digits(8)}`; // +999 is not assigned to any country
  const prefix = `+${getCountryCallingCode(country as CountryCode)}`;
  let shared: string | null = null;
  for (let attempt = 0; attempt < 400; attempt++) {
    // Widely varied first; plans with narrow mobile ranges are met by keeping more of the example.
    const kept = Math.min(1 + Math.floor(attempt / 50), example.length - 4);
    const parsed = parsePhoneNumber(prefix + example.slice(0, kept) + digits(example.length - kept), country);
    if (!("number" in parsed) || parsed.kind !== "mobile") continue;
    if (parsed.country === country) return parsed.number;
    shared = parsed.number;
  }
  // Svalbard's numbers are Norway's: some plans share their ranges with a neighbour's.
  return shared ?? prefix + example.slice(0, -4) + digits(4);
}

const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join("");
