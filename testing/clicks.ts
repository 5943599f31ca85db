/** Campaigns with short links in tests, and requests for them as recipients and robots make them. */
import { sql } from "kysely";
import { dueClicks } from "../server/links/module.ts";
import { testApp } from "./app.ts";
import { draftOf, listOfAll, prepare, press } from "./campaign.ts";
import type { TestDatabase } from "./database.ts";
import { ledger, type LedgerRow } from "./pipeline.ts";
import type { TestWorkspace } from "./workspace.ts";

/** A phone's browser. */
export const phone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";

/** A server whose short links begin with https://sms.test/l/, and whose clock the test moves. */
export async function linksServer(database: TestDatabase) {
  // The middle of a minute, so that a few seconds stay in it.
  let now = Math.floor(Date.now() / 60_000) * 60_000 + 20_000;
  const clock = { now: () => new Date(now) };
  const server = await testApp(database, {
    clock,
    config: { public_url: "https://sms.test", link_domain: "sms.test" },
  });
  return {
    ...server,
    clock,
    /** Moves the clock. */
    pass(milliseconds: number) {
      now += milliseconds;
    },
    /** Opens the path of a link as a phone's browser, unless said otherwise. */
    async open(
      path: string,
      {
        method = "GET",
        agent = phone,
        headers = {},
      }: { method?: "GET" | "HEAD"; agent?: string | null; headers?: Record<string, string> } = {},
    ) {
      const {
        statusCode,
        headers: answered,
        body,
      } = await server.app.inject({
        method,
        url: path,
        headers: { host: "sms.test", "user-agent": agent ?? "", ...headers },
      });
      return { status: statusCode, location: answered.location, headers: answered, body };
    },
    /** Judges the hits made so far, some seconds later. */
    async judge() {
      now += 5_000;
      await dueClicks(server.services).run({ now: clock.now(), signal: new AbortController().signal });
    },
  };
}

/** The paths of the short links in a text, in order. */
export const linkPaths = (text: string): string[] =>
  [...text.matchAll(/https:\/\/sms\.test(\/l\/[0-9A-Za-z]{10})/g)].map((match) => match[1] as string);

/** Sends a campaign with shortened links to all contacts of the workspace, as far as ledger and queue; answers its messages. */
export async function sendLinks(
  { db }: Pick<TestDatabase, "db">,
  workspace: TestWorkspace,
  text: string,
): Promise<{ id: string; messages: LedgerRow[] }> {
  const input = { text, links: { shorten: true }, opt_out_text: false };
  const id = await draftOf(db, workspace, input, await listOfAll(db, workspace.id));
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  return { id, messages: (await ledger(db, workspace.id)).filter((row) => row.source_id === id) };
}

/** All hits of a workspace in the order of their time, with their verdicts. */
export async function hitsOf(
  { db }: Pick<TestDatabase, "db">,
  workspaceId: string,
): Promise<{ id: string; verdict: string | null; reason: string | null; user_agent: string }[]> {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{ id: string; verdict: string | null; reason: string | null; user_agent: string }>`
      select id, verdict, reason, user_agent from clicks where workspace_id = ${workspaceId}
      union all
      select id, null, reason, user_agent from hits where workspace_id = ${workspaceId} order by id`.execute(tx),
  );
  return rows;
}
