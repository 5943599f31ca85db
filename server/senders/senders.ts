/** Senders, which recipients see. Found by id, address or as the default; added by hand, or in the sandbox by first use. */
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
 * While the sandbox is the default connection, a well-formed address is registered on first use, since no text really leaves.
 * With a carrier only senders that were added by a person with the permission can be used, so that a typo creates none.
 * 422 (`unknown_sender`, `invalid_sender`, `no_sender`) otherwise, on the field `sender`.
 */
export async function resolveSender(
  tx: Tx,
  workspaceId: string,
  ref: string | null | undefined,
  at: Date,
): Promise<Sender> {
  const given = ref?.trim();
  if (!given || isId(given)) return requireSender(tx, workspaceId, given || null);
  return (
    (await store.findSenderByAddress(tx, workspaceId, given)) ?? (await registerSender(tx, workspaceId, given, at))
  );
}

/** The address of the sender that a caller means, as `resolveSender` finds it. */
export const senderAddress = async (tx: Tx, workspaceId: string, ref: string, at: Date): Promise<string> =>
  (await resolveSender(tx, workspaceId, ref, at)).address;

/** The sender of this id, or the workspace's default for null. 422 `unknown_sender` or `no_sender` on the field `sender`. */
export async function requireSender(tx: Tx, workspaceId: string, id: string | null): Promise<Sender> {
  if (id === null) {
    const sender = await store.findDefaultSender(tx, workspaceId);
    if (!sender) throw invalid("no_sender", "The workspace has no default sender; name one.", "sender", null);
    return sender;
  }
  const sender = await store.findSender(tx, workspaceId, id);
  if (!sender) throw invalid("unknown_sender", `There is no sender ${id}.`, "sender", id);
  return sender;
}

/** The sender with an address; a name matches in any case: "SALONG" is sent as the existing "Salong". */
const findSender = (tx: Tx, workspaceId: string, address: string): Promise<Sender | undefined> =>
  isName(address)
    ? store.findSenderByName(tx, workspaceId, address)
    : store.findSenderByAddress(tx, workspaceId, address);

/** The address that `resolveSender` would resolve to, without registering it. */
export async function resolveAddress(tx: Tx, workspaceId: string, ref: string | null | undefined): Promise<string> {
  const given = ref?.trim();
  if (!given || isId(given)) return (await requireSender(tx, workspaceId, given || null)).address;
  const { address } = readAddress(given);
  const known = await findSender(tx, workspaceId, address);
  if (!known) await requireSandbox(tx, workspaceId, given);
  return known?.address ?? address;
}

/** Finds a sender by an address in any spelling, or registers it with the sandbox. */
async function registerSender(tx: Tx, workspaceId: string, given: string, at: Date): Promise<Sender> {
  const read = readAddress(given);
  const known = await findSender(tx, workspaceId, read.address);
  if (known) return known;
  await requireSandbox(tx, workspaceId, given);
  if (!isName(read.address)) return addSender(tx, workspaceId, read, null, at);
  // A name that differs in case alone may be added concurrently.
  await store.lockSenders(tx, workspaceId);
  return (await findSender(tx, workspaceId, read.address)) ?? addSender(tx, workspaceId, read, null, at);
}

/**
 * The sender that an inbound text was sent to, registered with the connection that received it, since that receives texts to its
 * own numbers only. Null for an address that is not a number or short code, or a removed connection.
 */
export async function registerReceiver(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  given: string,
  at: Date,
): Promise<Sender | null> {
  const read = readSender(given);
  if ("problem" in read || !read.canReceive) return null;
  const known = await store.findSenderByAddress(tx, workspaceId, read.address);
  if (known) return known.can_receive ? known : null;
  if (!(await store.hasCarrier(tx, workspaceId, carrierId))) return null;
  return addSender(tx, workspaceId, read, carrierId, at);
}

/** Adds a sender, or returns the one that was added concurrently. */
async function addSender(
  tx: Tx,
  workspaceId: string,
  { address, kind, canReceive }: SenderAddress,
  carrierId: string | null,
  at: Date,
): Promise<Sender> {
  const added = await store.insertSender(tx, {
    workspace_id: workspaceId,
    id: newId(at),
    address,
    kind,
    can_receive: canReceive,
    carrier_id: carrierId,
    is_default: false,
    rate_per_second: null,
  });
  const sender = added ?? (await store.findSenderByAddress(tx, workspaceId, address));
  if (!sender) throw new Error(`sender ${address} can be neither added nor found`);
  return sender;
}

/** Parses an address; 422 `invalid_sender` when it is neither a number nor a name. */
function readAddress(given: string) {
  const read = readSender(given);
  if ("problem" in read) throw invalid("invalid_sender", read.problem, "sender", given);
  return read;
}

/** 422 `unknown_sender` when a text from an unknown sender would be submitted to a carrier. */
async function requireSandbox(tx: Tx, workspaceId: string, given: string): Promise<void> {
  if ((await store.findDefaultCarrier(tx, workspaceId)) === null) return;
  throw invalid("unknown_sender", `${given} is not a sender yet. Add it under Settings → Senders.`, "sender", given);
}

/** Adds a sender; without an address a free number of the sandbox. The first one becomes the default. 422 `unknown_carrier`. */
export async function createSender(
  tx: Tx,
  workspaceId: string,
  input: { address?: string; is_default: boolean; carrier_id?: string | null; rate_per_second?: number | null },
  at: Date,
): Promise<Sender> {
  await store.lockSenders(tx, workspaceId);
  const isDefault = input.is_default || !(await store.findDefaultSender(tx, workspaceId));
  if (isDefault) await store.clearDefault(tx, workspaceId);
  const rest = { is_default: isDefault, rate_per_second: input.rate_per_second ?? null };
  if (!input.address) return takeFreeNumber(tx, workspaceId, rest, at);
  const read = readSender(input.address);
  if ("problem" in read) throw invalid("invalid_sender", read.problem, "address", input.address);
  const about = { field: "address", value: input.address };
  const known = await findSender(tx, workspaceId, read.address);
  if (known) throw conflict("sender_exists", `${known.address} is a sender already.`, about);
  const carrierId = input.carrier_id === undefined ? await store.findDefaultCarrier(tx, workspaceId) : input.carrier_id;
  await requireCarrier(tx, workspaceId, carrierId);
  const added = await store.insertSender(tx, {
    workspace_id: workspaceId,
    id: newId(at),
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
 * The sender to use in countries without alphanumeric senders: a number in place of a name, null when there is none; undefined
 * when the sender is a number already.
 */
export async function fallbackSenderOf(
  tx: Tx,
  workspaceId: string,
  sender: Pick<Sender, "id" | "address">,
): Promise<Pick<Sender, "id" | "address"> | null | undefined> {
  if (!isName(sender.address)) return undefined;
  return (await store.findFallbackSender(tx, workspaceId, sender.id)) ?? null;
}

/** The sender of a name that Varsla itself chose, added with the default connection where there is none yet. */
export async function namedSender(tx: Tx, workspaceId: string, name: string, at: Date): Promise<Sender> {
  const known = await findSender(tx, workspaceId, name);
  if (known) return known;
  await store.lockSenders(tx, workspaceId);
  const carrierId = await store.findDefaultCarrier(tx, workspaceId);
  return (await findSender(tx, workspaceId, name)) ?? addSender(tx, workspaceId, readAddress(name), carrierId, at);
}

/** The workspace's default sender; when it has none, a free sandbox number of its country is created as the default. */
export async function createDefaultSender(tx: Tx, workspaceId: string, at: Date): Promise<Sender> {
  await store.lockSenders(tx, workspaceId);
  const known = await store.findDefaultSender(tx, workspaceId);
  return known ?? takeFreeNumber(tx, workspaceId, { is_default: true, rate_per_second: null }, at);
}

/** 422 `unknown_carrier` for a connection that the workspace does not have. Null, the sandbox, is always valid. */
export async function requireCarrier(tx: Tx, workspaceId: string, carrierId: string | null): Promise<void> {
  if (carrierId === null || (await store.hasCarrier(tx, workspaceId, carrierId))) return;
  throw invalid("unknown_carrier", `There is no carrier ${carrierId}.`, "carrier_id", carrierId);
}

/** Tries random numbers until one is not yet a sender of the workspace. */
async function takeFreeNumber(
  tx: Tx,
  workspaceId: string,
  rest: Pick<Sender, "is_default" | "rate_per_second">,
  at: Date,
): Promise<Sender> {
  const { country } = await getWorkspace(tx, workspaceId);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const address = mobileNumberOf(country);
    const added = await store.insertSender(tx, {
      workspace_id: workspaceId,
      id: newId(at),
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
 * A random valid mobile number of the country: its numbering plan's example with random digits at the end. When the plan has no
 * mobile example, a number of the plan's length that may not be valid.
 */
export function mobileNumberOf(country: string): string {
  const example: string | undefined = examples[country as CountryCode];
  if (!example) return `+999${digits(8)}`; // +999 is not assigned to any country
  const prefix = `+${getCountryCallingCode(country as CountryCode)}`;
  let shared: string | null = null;
  for (let attempt = 0; attempt < 400; attempt++) {
    // Keeps more of the example after each 50 attempts, for plans with narrow mobile ranges.
    const kept = Math.min(1 + Math.floor(attempt / 50), example.length - 4);
    const parsed = parsePhoneNumber(prefix + example.slice(0, kept) + digits(example.length - kept), country);
    if (!("number" in parsed) || parsed.kind !== "mobile") continue;
    if (parsed.country === country) return parsed.number;
    shared = parsed.number;
  }
  // Some countries share a neighbour's plan: Svalbard's numbers are Norway's.
  return shared ?? prefix + example.slice(0, -4) + digits(4);
}

const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join("");
