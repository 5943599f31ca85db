import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareEnvironment } from "../testing/bare-environment.ts";
import { testDatabase } from "../testing/database.ts";

const { connection } = await testDatabase();

async function varsla(line: string, env: Record<string, string> = {}) {
  const args = line.split(" ").filter(Boolean);
  const child = spawn(process.execPath, [join(import.meta.dirname, "varsla.ts"), ...args], {
    env: { ...bareEnvironment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const read = async (stream: AsyncIterable<Buffer>) => Buffer.concat(await Array.fromAsync(stream)).toString();
  const code = new Promise<number | null>((done) => child.once("close", done));
  const [out, err] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await code, out, err };
}

test("an unknown command or option is named, with the usage", async () => {
  const answers = await Promise.all([
    varsla(""),
    varsla("db scatter"),
    varsla("db distribute --force"),
    varsla("--help"),
  ]);
  for (const { out, err } of answers) expect(out + err).toContain("db distribute [--dry-run]");
  expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 0]);
  expect(answers[1]?.err).toContain('There is no command "db scatter".');
  expect(answers[2]?.err).toContain("db distribute has no option --force.");
});

test("db distribute reports in a sentence which database it cannot use and why, without its password", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  const missing = new URL(connection);
  missing.pathname = "/no_such_database";
  const [away, unknown] = await Promise.all([
    varsla("db distribute", { DATABASE_URL: `postgres://varsla:geheim@127.0.0.1:${port}/varsla` }),
    varsla("db distribute --dry-run", { DATABASE_URL: missing.href }),
  ]);
  expect(away).toEqual({
    code: 1,
    out: "",
    err: `The PostgreSQL of DATABASE_URL at 127.0.0.1:${port} cannot be used: connect ECONNREFUSED 127.0.0.1:${port}. Nothing was done.\n`,
  });
  expect(unknown).toMatchObject({ code: 1, out: "" });
  expect(unknown.err).toMatch(/^The PostgreSQL of DATABASE_URL at \S+ cannot be used: .*no_such_database.*\n$/);
});

test("db distribute without a cluster fails with the reason; a dry run prints a script", async () => {
  const [embedded, refused, dry] = await Promise.all([
    varsla("db distribute"),
    varsla("db distribute", { DATABASE_URL: connection }),
    varsla("db distribute --dry-run", { DATABASE_URL: connection }),
  ]);
  expect(embedded).toMatchObject({ code: 1, out: "" });
  expect(embedded?.err).toContain("DATABASE_URL is not set");
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused?.err).toContain("has no Citus");
  expect(dry?.code).toBe(0);
  expect(dry?.out).toMatch(/^-- .*\nbegin;\n/);
  expect(dry?.out).toContain("create_distributed_table('messages', 'workspace_id', colocate_with => 'workspaces');");
});
