/** Adding, changing and removing connections, and setting fallback routes. */
import type { z } from "zod";
import type { CarrierKind, CarrierRoute, carriers as contract } from "../../contract/carriers.ts";
import { secretsAgain } from "../../rules/secrets-again.ts";
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid, notFound, Problem } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import type { Seal } from "../kit/seal.ts";
import { switchOnWithCarrier } from "../workspaces/quiet-hours-store.ts";
import * as store from "./carriers-store.ts";
import { readPart } from "./connection-kinds.ts";
import { deleteAllDoubted } from "./smpp/in-doubt-store.ts";
import { deleteParts } from "./smpp/parts-store.ts";
import { deleteAllEarly } from "./smpp/references-store.ts";

type Adding = z.output<typeof contract.create.body>;
type Changing = z.output<typeof contract.update.body>;

/** Adds a connection and answers its id. The first becomes the default. 409 `carrier_exists` where the name is taken. */
export async function addCarrier(tx: Tx, seal: Seal, workspaceId: string, input: Adding, at: Date): Promise<string> {
  await store.lockCarriers(tx, workspaceId);
  const others = await store.listCarriers(tx, workspaceId);
  const row = { workspace_id: workspaceId, id: newId(at) };
  const name = input.name ?? (await freeName(tx, workspaceId, input.kind));
  refuseReserved(name);
  const added = await store.insertCarrier(tx, {
    ...row,
    kind: input.kind,
    name,
    enabled: input.enabled,
    is_default: others.length === 0,
    settings: input.settings,
    secrets: seal.close(input.secrets, store.sealContext(row)),
  });
  if (!added) throw nameTaken(name);
  const after = { kind: input.kind, enabled: input.enabled, ...input.settings, secrets: Object.keys(input.secrets) };
  const target = { type: "carrier", id: row.id, name };
  await recordAuditEvent(tx, { workspaceId, at, action: "carrier.created", target, after });
  // From now on texts reach people.
  if (await switchOnWithCarrier(tx, workspaceId, at)) {
    const hours = { type: "quiet_hours", id: workspaceId };
    await recordAuditEvent(tx, {
      workspaceId,
      at,
      action: "quiet_hours.switched_on",
      target: hours,
      after: { enabled: true },
    });
  }
  return row.id;
}

/**
 * Changes what is named; settings and secrets that are not named stay. 404, 400 and 409 as at adding; 422 `secret_needed`
 * where a stored secret would go to another host or account.
 */
export async function changeCarrier(
  tx: Tx,
  seal: Seal,
  workspaceId: string,
  id: string,
  input: Changing,
  at: Date,
): Promise<void> {
  await store.lockCarriers(tx, workspaceId);
  const row = await store.findCarrier(tx, workspaceId, id, { lock: true });
  if (!row) throw notFound("carrier", id);
  const name = input.name ?? row.name;
  refuseReserved(name);
  if (await store.isNameTaken(tx, workspaceId, name, id)) throw nameTaken(name);
  const context = store.sealContext(row);
  const settings = readPart(row.kind, "settings", { ...row.settings, ...input.settings });
  for (const { secret, settings: changed } of secretsAgain(row.kind, row.settings, settings)) {
    if (typeof input.secrets?.[secret] === "string") continue;
    const message = `Enter ${secret} again: ${changed.join(", ")} changes, and with it to whom the secret is told.`;
    throw new Problem(422, "secret_needed", message, { field: secret });
  }
  // Opened only when they change: an operator who lost the key can still enter all of them again.
  const secrets = input.secrets ? newSecrets(seal, row, input.secrets) : null;
  await store.updateCarrier(tx, {
    ...row,
    name,
    enabled: input.enabled ?? row.enabled,
    settings,
    secrets: secrets ? seal.close(secrets, context) : row.secrets,
  });
  if (input.is_default) await store.setDefaultCarrier(tx, workspaceId, id);
  const { enabled, is_default } = row;
  await recordChange(
    tx,
    { workspaceId, at, action: "carrier.updated", target: { type: "carrier", id, name: row.name } },
    { name: row.name, enabled, is_default, ...row.settings, secrets: [] },
    {
      name,
      enabled: input.enabled ?? enabled,
      is_default: input.is_default ? true : is_default,
      ...settings,
      secrets: Object.keys(input.secrets ?? {}),
    },
  );
}

function newSecrets(seal: Seal, row: store.CarrierRow, given: Record<string, string | null>): object {
  let before: object = {};
  try {
    before = seal.open(row.secrets, store.sealContext(row)) as object;
  } catch {
    // Sealed with a lost key: the given secrets must be complete, and `readPart` reports it where they are not.
  }
  return readPart(row.kind, "secrets", { ...before, ...given });
}

/** Removes a connection and the parts it kept of incomplete texts. 409 while it has senders or texts under way. */
export async function removeCarrier(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  await store.lockCarriers(tx, workspaceId);
  // Waits for a transaction that is giving it a sender, see senders/senders-store.ts.
  const row = await store.findCarrier(tx, workspaceId, id, { lock: true });
  if (!row) throw notFound("carrier", id);
  const senders = (await store.sendersOfCarriers(tx, workspaceId, 1)).filter((sender) => sender.carrier_id === id);
  if (senders.length > 0) {
    const addresses = senders.map((sender) => sender.address);
    throw conflict("carrier_in_use", `${row.name} still carries ${addresses.join(", ")}. Give them to another first.`, {
      field: "senders",
      value: addresses,
    });
  }
  if (await store.hasOpenJournals(tx, workspaceId, id)) {
    throw conflict(
      "carrier_busy",
      `The outcome of texts that were submitted to ${row.name} is not known yet. Try again in a while.`,
    );
  }
  await store.deleteCarrier(tx, workspaceId, id);
  const target = { type: "carrier", id, name: row.name };
  await recordAuditEvent(tx, { workspaceId, at, action: "carrier.removed", target, before: { kind: row.kind } });
  await deleteParts(tx, workspaceId, id);
  await deleteAllDoubted(tx, workspaceId, id);
  await deleteAllEarly(tx, workspaceId, id);
  if (!row.is_default) return;
  const next = (await store.listCarriers(tx, workspaceId))[0];
  if (next) await store.setDefaultCarrier(tx, workspaceId, next.id);
}

/** Sets the fallback routes of all countries at once. 422 for an unknown connection and for a country named twice. */
export async function setRoutes(tx: Tx, workspaceId: string, routes: readonly CarrierRoute[], at: Date): Promise<void> {
  await store.lockCarriers(tx, workspaceId);
  const known = new Set((await store.listCarriers(tx, workspaceId)).map((carrier) => carrier.id));
  const countries = new Set<string>();
  for (const { country, carriers } of routes) {
    if (countries.has(country)) throw invalid("duplicate_country", `${country} is there twice.`, "country", country);
    countries.add(country);
    if (new Set(carriers).size < carriers.length)
      throw invalid("duplicate_carrier", `A carrier is there twice for ${country}.`, "carriers", carriers);
    for (const id of carriers)
      if (!known.has(id)) throw invalid("unknown_carrier", `There is no carrier ${id}.`, "carriers", id);
  }
  const before = await store.listRoutes(tx, workspaceId);
  await store.replaceRoutes(
    tx,
    workspaceId,
    routes.filter(({ carriers }) => carriers.length > 0),
  );
  const event = { workspaceId, at, action: "carrier_routes.updated", target: { type: "carrier_routes" } } as const;
  await recordChange(tx, event, { routes: before }, { routes: await store.listRoutes(tx, workspaceId) });
}

/** The names that the form for a new connection suggests. */
const kindNames: Record<CarrierKind, string> = { twilio: "Twilio", smpp: "SMPP" };

async function freeName(tx: Tx, workspaceId: string, kind: CarrierKind): Promise<string> {
  let name = kindNames[kind];
  for (let i = 2; await store.isNameTaken(tx, workspaceId, name, null); i++) name = `${kindNames[kind]} ${i}`;
  return name;
}

/** The name of the built-in carrier in the ledger. */
function refuseReserved(name: string): void {
  if (name.toLowerCase() === "sandbox")
    throw invalid("reserved_name", "sandbox is the built-in carrier's name; choose another.", "name", name);
}

const nameTaken = (name: string) =>
  conflict("carrier_exists", `There is a carrier ${name} already.`, { field: "name", value: name });
