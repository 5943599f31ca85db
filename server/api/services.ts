/** What the API is given, and what it makes of it for the routes. */
import type { contract } from "../../contract/contract.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { Mailer } from "../kit/mail.ts";
import type { News } from "../kit/news.ts";
import type { Seal } from "../kit/seal.ts";
import type { Attempts } from "../workspaces/attempts.ts";
import type { Seed } from "../workspaces/create-workspace.ts";
import type { Identity } from "../workspaces/identity.ts";
import type { Keyring } from "../workspaces/keyring.ts";

/** What main passes in. */
export interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  news: News;
  config: Pick<Config, "public_url" | "link_domain" | "trusted_proxies" | "secret_key" | "outbound_smtp_url">;
  log: Logger;
  mailer: Mailer;
  seal: Seal;
  /** The calls on the built-in carrier; only main knows carriers. */
  sandbox: Handlers<typeof contract.sandbox>;
  /** What carriers call back. */
  carrierWebhooks: Handlers<typeof contract.carrierWebhooks>;
}

/** What the routes get: the same, and what one API process shares among them. */
export interface RouteServices extends Services {
  identity: Identity;
  keyring: Keyring;
  attempts: Attempts;
  seed: Seed;
  version: string;
}
