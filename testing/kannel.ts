/** Kannel 1.4.5 (https://www.kannel.org), which benchmarks compare with: bearerbox and smsbox in front of an SMSC, in a directory of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "./free-ports.ts";

export const kannelInstall =
  "Kannel is not installed (apt-get install kannel kannel-extras), so there is nothing to compare with.";

export interface Kannel {
  /** Where smsbox takes /cgi-bin/sendsms. */
  url: string;
  /** A path of sendsms; with `receipts` Kannel requests, tracks and accepts them. */
  sendPath(text: { from: string; to: string; text: string; receipts: boolean }): string;
  /** The configuration that it was started with. */
  conf: string;
  stop(): Promise<void>;
}

interface KannelOptions {
  smsc: { host: string; port: number; system_id: string; password: string };
  /** Requests under way on its connection. */
  window: number;
  /** Where texts are kept until the SMSC has them: a file each, or nowhere. */
  store: "spool" | "none";
  /** Texts from handsets are forwarded to this URL. */
  inboundUrl?: string;
}

const user = { username: "bench", password: "bench" };
const timeout = 15_000;

/** Debian's directory for it, which may not be in PATH. */
const program = (name: string) => join("/usr/sbin", name);

/** Whether Kannel can be started here. */
export async function hasKannel(): Promise<boolean> {
  const found = await Promise.allSettled(["bearerbox", "smsbox"].map((name) => access(program(name))));
  return found.every(({ status }) => status === "fulfilled");
}

/** Starts Kannel and waits until it is bound to the SMSC. */
export async function startKannel(options: KannelOptions): Promise<Kannel> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-kannel-"));
  const [admin = 0, boxes = 0, sendsms = 0] = await freePorts(3);
  await mkdir(join(directory, "spool"));
  const file = join(directory, "kannel.conf");
  const conf = configuration(options, join(directory, "spool"), { admin, boxes, sendsms });
  await writeFile(file, conf);
  const started: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(started.toReversed().map(end));
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${sendsms}`;
  try {
    const bearerbox = run(started, "bearerbox", file, directory);
    const status = `http://127.0.0.1:${admin}/status.txt?password=bench`;
    await until("bearerbox to answer", bearerbox, () => textOf(status).then((text) => text !== null));
    const smsbox = run(started, "smsbox", file, directory);
    await until("Kannel to be bound", smsbox, async () => {
      const text = (await textOf(status)) ?? "";
      return /\(online /.test(text) && /smsbox:/.test(text);
    });
    await until("smsbox to answer", smsbox, () => textOf(`${url}/`).then((text) => text !== null));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    conf,
    sendPath: ({ from, to, text, receipts }) => {
      const query = new URLSearchParams({ ...user, from, to, text });
      // 1 delivered, 2 failed.
      if (receipts) query.set("dlr-mask", "3");
      return `/cgi-bin/sendsms?${query}`;
    },
    stop,
  };
}

/** Only errors are logged: a log line for each text would slow Kannel down. */
function configuration(
  { smsc, window, store, inboundUrl }: KannelOptions,
  spool: string,
  ports: { admin: number; boxes: number; sendsms: number },
): string {
  const storeLines = store === "spool" ? ["store-type = spool", `store-location = "${spool}"`] : [];
  const groups = [
    [
      "group = core",
      `admin-port = ${ports.admin}`,
      "admin-password = bench",
      "admin-interface = 127.0.0.1",
      `smsbox-port = ${ports.boxes}`,
      "smsbox-interface = 127.0.0.1",
      "dlr-storage = internal",
      "sms-incoming-queue-limit = -1",
      "sms-outgoing-queue-limit = -1",
      ...storeLines,
    ],
    [
      "group = smsc",
      "smsc = smpp",
      `host = ${smsc.host}`,
      `port = ${smsc.port}`,
      "transceiver-mode = true",
      `smsc-username = ${smsc.system_id}`,
      `smsc-password = ${smsc.password}`,
      'system-type = ""',
      `max-pending-submits = ${window}`,
      // Receipts carry ids as answered, whatever their base.
      "msg-id-type = 0x00",
    ],
    [
      "group = smsbox",
      "bearerbox-host = 127.0.0.1",
      `bearerbox-port = ${ports.boxes}`,
      `sendsms-port = ${ports.sendsms}`,
      "sendsms-interface = 127.0.0.1",
    ],
    [
      "group = sendsms-user",
      `username = ${user.username}`,
      `password = ${user.password}`,
      "concatenation = true",
      "max-messages = 10",
    ],
    ...(inboundUrl
      ? [["group = sms-service", "keyword = default", `get-url = "${inboundUrl}"`, "max-messages = 0"]]
      : []),
  ];
  return `${groups.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function run(started: ChildProcess[], name: string, file: string, cwd: string): ChildProcess {
  // 4: panics only.
  const child = spawn(program(name), ["-v", "4", file], { cwd, stdio: ["ignore", "ignore", "inherit"] });
  started.push(child);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  // It first waits for its queue to empty.
  const killTimer = setTimeout(() => child.kill("SIGKILL"), 2_000);
  await exit;
  clearTimeout(killTimer);
}

async function until(what: string, child: ChildProcess, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await holds())) {
    if (child.exitCode !== null) throw new Error(`Kannel ended with code ${child.exitCode}, waiting for ${what}`);
    if (performance.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}`);
    await delay(100);
  }
}

/** The body of an answer, or null while nothing listens there. */
async function textOf(url: string): Promise<string | null> {
  return fetch(url).then(
    (response) => response.text(),
    () => null,
  );
}
