import { expect, test } from "vitest";
import { importProblems } from "./check-imports.ts";

const from = (specifier: string) => `import { x } from "${specifier}";\n`;

test.each([
  ["server/kit/db.ts", from("../messages/send-messages.ts"), "rank"],
  ["server/contacts/contact.ts", from("../senders/senders.ts"), "rank"],
  ["server/messages/dispatch/dispatcher.ts", from("../../carriers/sandbox/sandbox.ts"), "knows concrete carriers"],
  ["server/api/routes.ts", from("../carriers/sandbox/store.ts"), "knows concrete carriers"],
  ["server/api/routes.ts", from("../main.ts"), "rank"],
  ["server/messages/a.ts", from("../../testing/database.ts"), "only tests may"],
  ["server/newcomer/a.ts", from("../kit/db.ts"), "has no rank"],
  ["web/src/main.tsx", from("../../server/kit/id.ts"), "web imports rules and contract only"],
  ["web/src/main.tsx", 'const page = import("../../server/kit/id.ts");', "web imports rules and contract only"],
  ["server/api/web.ts", from("../../web/src/paths.ts"), "cannot import web"],
  ["rules/x.ts", from("node:crypto"), "runs in browsers"],
  ["rules/x.ts", from("../contract/shapes.ts"), "rank"],
  ["server/kit/log.ts", 'const level = process.env["LOG_LEVEL"];', "process.env"],
  ["web/src/main.tsx", "const x = process.env.X;", "process.env"],
  ["server/contacts/a.ts", "const f = (at: Date = new Date()) => at;", "pass a clock"],
  ["server/kit/a.ts", "const now = new Date( );", "pass a clock"],
  ["server/wire.ts", "const now = Date.now();", "pass a clock"],
  ["server/wire.ts", "const now = Date.now;", "pass a clock"],
  [
    "server/kit/id.ts",
    'import { systemClock } from "./clock.ts";\nexport const newId = (at: Date = systemClock.now()) => idOf(at);',
    "pass one",
  ],
  [
    "server/accounts/audit-events.ts",
    'import { systemClock as standard } from "../kit/clock.ts";\nconst at = (request?.clock ?? standard).now();',
    "pass one",
  ],
  ["server/main.ts", 'import { systemClock } from "./kit/clock.ts";', "pass one"],
  ["rules/a.ts", "const today = Temporal.Now.plainDateISO();", "pass a clock"],
  ["server/kit/a.ts", 'import {\n  one,\n  two,\n} from "../api/app.ts";\n', "rank"],
  ["server/kit/a.ts", 'export type { App } from "../api/app.ts";\n', "rank"],
  ["server/kit/a.ts", 'import "../api/app.ts";\n', "rank"],
  ["rules/a.ts", 'import { b } from "./b.ts";\n/** Counts. */\nimport { c } from "./c.ts";\n', "above its imports"],
])("%s: %s", (file, text, why) => {
  const problems = importProblems(file, text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(why);
  expect(problems[0]).toMatch(/^[\w/.-]+:\d+: /);
});

test.each([
  [
    "server/messages/send/send-messages.ts",
    from("../../consent/opt-outs.ts") + from("./plan-batch.ts") + from("../../../rules/sender.ts"),
  ],
  ["server/messages/dispatch/dispatcher.ts", from("../../carriers/carrier.ts")],
  [
    "server/messages/dispatch/dispatcher.test.ts",
    from("../../carriers/sandbox/sandbox.ts") + from("../../../testing/database.ts"),
  ],
  ["server/wire.ts", from("./carriers/sandbox/sandbox.ts") + from("./api/app.ts")],
  ["server/main.ts", 'const { wire } = await import("./wire.ts");'],
  ["server/accounts/bootstrap.test.ts", from("../api/new-workspace.ts")],
  ["rules/phone-number.ts", 'import type { NumberKind } from "../contract/shapes.ts";'],
  ["contract/contacts.ts", from("../rules/phone-number.ts") + from("zod")],
  ["web/src/api/client.ts", from("../../../contract/contract.ts") + from("react")],
  ["server/kit/config.ts", "readConfig(process.env)"],
  ["server/kit/log.ts", "// Only config.ts reads process.env."],
  ["server/kit/clock.ts", "export const systemClock = { now: () => new Date() };"],
  ["server/wire.ts", 'import { systemClock } from "./kit/clock.ts";\nconst clock = systemClock;'],
  ["server/messages/receive/receipts.test.ts", 'import { systemClock } from "../../kit/clock.ts";'],
  ["server/a.ts", "const at = new Date(0); const took = performance.now();"],
  ["server/messages/a.test.ts", "const at = new Date();"],
  ["bench/campaign.ts", `${from("../server/messages/send/send-messages.ts")}process.env.N`],
])("%s may: %s", (file, text) => {
  expect(importProblems(file, text)).toEqual([]);
});
