/** Starts what the browser tests share: one installation, on which each journey creates a workspace of its own, and one browser. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { launchBrowser } from "./browser.ts";
import { freePorts } from "./free-ports.ts";
import { startTestServer } from "./server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    installation: {
      url: string;
      /** Connection strings of the two database roles: the owner of the tables, and the role for work in one workspace. */
      connection: string;
      workspaces: string;
      /** Everything that the server wrote so far. */
      log: string;
      /** The port at which the server expects the test double of Twilio. */
      twilio_port: number;
    };
    /** Where Playwright reaches the browser. */
    browser: string;
  }
}

/** The installation has a first workspace already, so no journey starts with the set-up page. */
const first = {
  ADMIN_EMAIL: "first@installation.example",
  ADMIN_PASSWORD: "correct horse battery",
  API_KEY: "vk_of_the_installations_first_workspace",
  WORKSPACE_NAME: "Installation",
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-e2e-"));
  const log = join(directory, "log");
  const browser = await launchBrowser();
  // Started before the server, which then uses it. These data need not survive a power cut.
  const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const postgres = await startEmbeddedPostgres({ directory: join(directory, "postgres"), settings });
  const [twilioPort = 0] = await freePorts(1);
  const env = { ...first, TWILIO_API_URL: `http://127.0.0.1:${twilioPort}` };
  const server = await startTestServer({ env, dataDir: directory, log }).catch(async (error: unknown) => {
    await Promise.all([browser.close(), postgres.stop()]);
    throw error;
  });
  const { connection } = postgres;
  const workspaces = await workspaceConnection(connection);
  project.provide("installation", { url: server.url, connection, workspaces, log, twilio_port: twilioPort });
  project.provide("browser", browser.wsEndpoint());
  return async () => {
    await browser.close();
    await server.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
