/**
 * GET /l/<code> through the real server, each hit on disk before its redirect, 100,000 short links of one campaign in random order,
 * at 100 connections and at one. Compared in the same run, in turns: a bare Fastify route that redirects and does nothing else.
 *
 *   npm run bench -- links [seconds] [rounds] [together]    (10 and 3 unless given, in two processes)
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type pg from "pg";
import { writeCode } from "../rules/short-link-code.ts";
import { readWords, startPlainServer } from "../testing/bench-server.ts";
import { httpLoad, type LoadFigures } from "../testing/http-load.ts";

const { numbers, roles } = readWords(process.argv.slice(2));
const [seconds = 10, rounds = 3] = numbers;
const links = 100_000;
const connections = 100;
const agent =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";

const server = await startPlainServer({}, roles);
const bare = await startBare();
try {
  const codes = await fillLinks(server.database);
  const next = () => ({
    method: "GET" as const,
    path: `/l/${codes[Math.floor(Math.random() * codes.length)]}`,
    headers: { "user-agent": agent },
  });
  const load = (url: string, at: number, duration: number) =>
    httpLoad({ url, connections: at, seconds: duration, next });
  await load(bare.url, connections, 2); // warms up
  await load(server.url, connections, 3);
  const [plain, redirects]: [LoadFigures[], LoadFigures[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    plain.push(await load(bare.url, connections, seconds));
    redirects.push(await load(server.url, connections, seconds));
  }
  await judged(server.database);
  const single = await load(server.url, 1, seconds);
  const [ours, theirs] = [middle(redirects), middle(plain)];
  const rates = redirects.map(({ rate }) => rate).sort((a, b) => a - b);
  console.log(
    `links: ${ours.rate} redirects/s at ${connections} connections (${rates[0]} to ${rates.at(-1)}), p50 ${ours.p50} ms, p99 ${ours.p99} ms, errors ${ours.errors}`,
  );
  console.log(`  bare Fastify route: ${theirs.rate} /s (ratio ${(ours.rate / theirs.rate).toFixed(2)})`);
  console.log(`  one at a time: p50 ${single.p50} ms, p99 ${single.p99} ms`);
} finally {
  await bare.stop();
  await server.stop();
}

/** The round whose rate is in the middle. */
function middle(figures: readonly LoadFigures[]): LoadFigures {
  return figures.toSorted((a, b) => a.rate - b.rate)[figures.length >> 1] as LoadFigures;
}

async function startBare() {
  const program = new URL("../testing/bare-redirect.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  return {
    url,
    async stop() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

/** A campaign's messages, each with a short link; answers the codes. */
async function fillLinks(database: pg.Client): Promise<string[]> {
  await database.query(
    `with w as (select s.workspace_id, s.id as sender_id from senders s limit 1)
    insert into messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, sender_id, number, text,
      carrier, submitted_at, sent_at)
    select w.workspace_id, overlay(gen_random_uuid()::text placing substr(first_id_at(now())::text, 1, 13) from 1 for 13)::uuid,
      'sent', 'marketing', '7', 1, 'campaign', w.workspace_id, w.sender_id, '+47' || (90000000 + i),
      'Hei! Velkommen til salg.', 'sandbox', now(), now()
    from w, generate_series(1, $1::int) i`,
    [links],
  );
  await database.query(
    `insert into links (workspace_id, id, source_type, source_id, url, created_at)
    select workspace_id, workspace_id, 'campaign', workspace_id, 'https://example.com/sale', now() from workspaces`,
  );
  const { rows } = await database.query<{ code: string }>(
    `insert into short_links (workspace_id, message_id, link_id, code)
    select workspace_id, id, workspace_id, (random() * 839299365868340000)::bigint from messages
    returning code`,
  );
  await database.query("vacuum (analyze) messages, short_links, links");
  return rows.map(({ code }) => writeCode(BigInt(code)));
}

/** Waits until no hit waits for its verdict. */
async function judged(database: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await database.query("select count(*)::int as n from hits");
    if (rows[0].n === 0) return;
    await new Promise((done) => setTimeout(done, 500));
  }
}
