/**
 * One POST to an address that somebody else chose, as far as it may be reached (kit/outbound-targets.ts). It follows no
 * redirect, waits ten seconds at most and reads no more of the answer than it keeps.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type OutboundTargets, type Target, TargetRefused } from "../kit/outbound-targets.ts";

/** What came of it: an answer, or why there was none. */
export interface Posted {
  status: number | null;
  /** How the answer began. */
  response: string | null;
  error: string | null;
}

export const postTimeout = 10_000;
const mostRead = 2_048;

/** Posts once. Null when `signal` broke it off before there was an answer. */
export async function postWebhook(
  url: string,
  headers: Record<string, string>,
  body: string,
  options: { targets: OutboundTargets; signal: AbortSignal; timeout_ms?: number },
): Promise<Posted | null> {
  const timeout = options.timeout_ms ?? postTimeout;
  const late = AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([late, options.signal]);
  let target: Target | null = null;
  try {
    const to = new URL(url);
    target = await options.targets.find(to.hostname, signal);
    const answer = await post(to, target, headers, body, signal);
    const status = answer.statusCode ?? null;
    if (target.discreet) {
      answer.destroy();
      return { status, response: null, error: null };
    }
    return { status, response: await beginning(answer), error: null };
  } catch (error) {
    if (options.signal.aborted) return null;
    // Whether a port of the operator's own network is closed, filtered or something else altogether is not told.
    const why = target?.discreet ? "no answer" : reasonOf(error, late.aborted ? timeout : null);
    return { status: null, response: null, error: why };
  }
}

function reasonOf(error: unknown, timeout: number | null): string {
  if (error instanceof TargetRefused) return error.message;
  if (timeout !== null) return `no answer within ${timeout / 1000} s`;
  return (error as Error).message || (error as NodeJS.ErrnoException).code || "no answer";
}

async function post(
  url: URL,
  target: Target,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise<IncomingMessage>((done, fail) => {
    const sent: ClientRequest = request(
      url,
      {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        lookup: target.lookup,
        agent: false, // a connection of its own: none that somebody else's name was checked for
        signal,
      },
      done,
    );
    sent.on("error", fail);
    sent.end(body);
  });
}

/** The first kilobytes as text; the rest is not waited for. Whatever happens meanwhile, there was an answer. */
async function beginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= mostRead) break;
    }
  } catch {
    // It dripped until the time was over, or the connection broke: the status has been said.
  }
  answer.destroy();
  // PostgreSQL's text holds every character but this one.
  return Buffer.concat(chunks).subarray(0, mostRead).toString("utf8").replaceAll("\0", "");
}
