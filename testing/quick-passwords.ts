/**
 * Hashing a password costs a quarter of a second on purpose, and tests of accounts do it hundreds of times. Here scrypt is replaced
 * by a cheap one, which first checks that full cost was asked for.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { whenDone } from "./when-done.ts";

type Scrypt = typeof crypto.scrypt;
type Cost = { N?: number; r?: number; p?: number };

/** What better-auth hashes with: N × r × 128 octets, 32 MB, for each guess. */
const due = { N: 16_384, r: 16, p: 1 };
let users = 0;
let costly: Scrypt | null = null;

/** Replaces scrypt until the calling test or file is done. Hashes that were made elsewhere are not accepted meanwhile. */
export function quickPasswords(): void {
  if (users++ === 0) replace();
  whenDone(() => {
    if (--users === 0) restore();
  });
}

function replace(): void {
  const real = (costly = crypto.scrypt);
  const quick = (password: string, salt: string, length: number, cost: Cost, done: Parameters<Scrypt>[4]) => {
    const { N = 0, r = 0, p = 0 } = cost;
    if (N < due.N || r < due.r || p < due.p)
      throw new Error(`scrypt was asked for with N ${N}, r ${r} and p ${p}: less than ${JSON.stringify(due)}`);
    real(password, salt, length, { N: 16, r: 1, p: 1 }, done);
  };
  crypto.scrypt = quick as Scrypt;
  syncBuiltinESMExports();
}

function restore(): void {
  if (costly) crypto.scrypt = costly;
  costly = null;
  syncBuiltinESMExports();
}
