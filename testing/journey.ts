/** A workspace of its own for each browser test file, on the installation that all of them share. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, inject, type TestContext } from "vitest";
import { everything } from "../contract/permissions.ts";
import { newApiKey, storeApiKey } from "../server/accounts/api-keys.ts";
import { recordAuditEvent } from "../server/accounts/audit-events.ts";
import { createPerson, joinWorkspace } from "../server/accounts/create-person.ts";
import { createIdentity } from "../server/accounts/identity.ts";
import { seedWorkspace } from "../server/api/new-workspace.ts";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { createWorkspace } from "../server/workspaces/create-workspace.ts";
import { type ApiClient, apiClient } from "./api-client.ts";

export interface Journey extends ApiClient {
  url: string;
  /** An API key that may do everything. */
  key: string;
  /** Of Kari, the super admin of the workspace. */
  email: string;
  password: string;
  browser: Browser;
  /** Signs in as Kari, and waits for the start page. */
  signIn(page: Page): Promise<void>;
}

/** Call it once at the top of a test file. `name` must be unique among the files. */
export async function openJourney(name: string): Promise<Journey> {
  const { url, connection, workspaces } = inject("installation");
  const [key, email, password] = [newApiKey(), `kari@${name}.example`, "correct horse battery"];
  const db = openDb({ connection, workspaces, max: 1 });
  const config = { public_url: url, secret_key: "hashing a password does not use this key" };
  const identity = createIdentity({ db, clock: systemClock, log: pino({ level: "silent" }), config });
  const passwordHash = await identity.hashPassword(password);
  const at = systemClock.now();
  await db.asSystem(async (tx) => {
    const input = { name: "Salong Kari", country: "NO", time_zone: "Europe/Oslo", language: "en" } as const;
    const { workspace_id: workspaceId } = await createWorkspace(tx, input, seedWorkspace, at);
    const user = await createPerson(tx, { name: "Kari", email, passwordHash, verified: true }, at);
    await joinWorkspace(tx, { workspaceId, userId: user.id, role: "super_admin", smsSetup: true }, at);
    await recordAuditEvent(tx, {
      workspaceId,
      action: "workspace.created",
      target: { type: "workspace", id: workspaceId, name: input.name },
      after: { super_admin: user.name },
      at,
    });
    const grants = { name: "API_KEY", role: "super_admin", scopes: [everything] } as const;
    const stored = await storeApiKey(tx, workspaceId, key, grants, at);
    await recordAuditEvent(tx, {
      workspaceId,
      action: "api_key.created",
      target: { type: "api_key", id: stored.id, name: stored.name },
      after: { scopes: grants.scopes, expires_at: null },
      at,
    });
  });
  await db.close();
  const browser = await openBrowser();
  return {
    ...apiClient(() => url, key),
    url,
    key,
    email,
    password,
    browser,
    async signIn(page) {
      await page.goto(`${url}/sign-in`);
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.keyboard.press("Enter");
      await page.getByRole("navigation", { name: /Main navigation|Hovednavigasjon/ }).waitFor();
    },
  };
}

/** Connects to the shared browser; this file's windows are closed when the file is done. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.connect(inject("browser"));
  afterAll(() => browser.close());
  return browser;
}

/** If the test fails: saves a screenshot of the page and prints its path and the server's log. */
export function explainFailure({ onTestFailed, task }: Pick<TestContext, "onTestFailed" | "task">, page: Page): void {
  onTestFailed(() => showPage(task, page));
}

/** The same in an `afterEach` that then closes the page. */
export async function explainIfFailed({ task }: Pick<TestContext, "task">, page: Page): Promise<void> {
  if (task.result?.state === "fail") await showPage(task, page);
}

async function showPage({ id }: TestContext["task"], page: Page): Promise<void> {
  const path = join(import.meta.dirname, "..", "test-results", `${id}.png`);
  await page.screenshot({ path, fullPage: true });
  const wrote = await readFile(inject("installation").log, "utf8");
  console.error(`The page when the test failed: ${path}, ${page.url()}\n${wrote}`);
}
