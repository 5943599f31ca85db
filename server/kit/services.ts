/** The services of a process, one of each, passed to every domain. */
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Db } from "./db.ts";
import type { DueWork } from "./due.ts";
import type { Jobs } from "./jobs.ts";
import type { LiveUpdates } from "./live-updates.ts";
import type { Logger } from "./log.ts";
import type { Mailer } from "./mail.ts";
import type { Seal } from "./seal.ts";

export interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: LiveUpdates;
  config: Pick<
    Config,
    "public_url" | "link_domain" | "trusted_proxies" | "secret_key" | "outbound_smtp_url" | "mail_domain"
  >;
  log: Logger;
  mailer: Mailer;
  seal: Seal;
}

/** What a domain's `start` gets in addition; `config.roles` says what this process does. */
export interface StartServices extends Services {
  config: Services["config"] & Pick<Config, "roles" | "lease_seconds" | "allowed_private_targets" | "webhook_targets">;
  /** With the timeouts of long work when the process is a worker; else the same as `db`. */
  jobsDb: Db;
  /** Opens a separate pool of connections, which the caller closes. */
  openPool(max: number): Db;
}

/** What a domain's due work gets in addition; `db` has the timeouts of long work in a worker. */
export interface DueServices extends StartServices {
  /** All due work of the process. */
  allDue(): readonly DueWork[];
}

/** Something that runs until it is stopped; `stop` lets running work finish. */
export interface Running {
  stop(): Promise<void>;
}
