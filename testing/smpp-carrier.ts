/** An SMPP carrier as wire.ts makes it, for a test SMSC on loopback. */
import { pino } from "pino";
import { SmppSettings } from "../contract/carriers.ts";
import type { Carrier } from "../server/carriers/carrier.ts";
import { type SmppOptions, smppCarrier } from "../server/carriers/smpp/smpp.ts";
import { type Clock, systemClock } from "../server/kit/clock.ts";
import type { Db } from "../server/kit/db.ts";
import { newId } from "./new-id.ts";
import { onThisMachine } from "./targets.ts";

const log = pino({ level: process.env.TEST_LOG ?? "silent" });

export type SmppSettingsInput = Partial<SmppSettings> & { port: number };

export interface SmppCarrierOptions extends Partial<SmppOptions> {
  /** The id of an existing connection: for a second worker, or one after a crash. */
  carrier_id?: string;
  clock?: Clock;
}

/** A carrier of the workspace over this pool, not started yet. */
export function makeSmpp(
  db: Db,
  workspaceId: string,
  settings: SmppSettingsInput,
  options: SmppCarrierOptions = {},
): Carrier {
  const id = options.carrier_id ?? newId();
  const read = SmppSettings.parse({ host: "127.0.0.1", system_id: "varsla", ...settings });
  const connection = { workspace_id: workspaceId, id, name: "smpp", settings: read, secrets: { password: "secret" } };
  return smppCarrier({ targets: onThisMachine, ...options })(connection, {
    db,
    clock: options.clock ?? systemClock,
    log,
    public_url: "http://localhost",
  });
}
