import fc from "fast-check";
import { expect, test } from "vitest";
import { newId } from "../../testing/new-id.ts";
import { runs } from "../../testing/runs.ts";
import { installationId } from "../kit/mail.ts";
import { createMailTokens } from "./mail-token.ts";
import { mailOfReturnAddress, returnAddress } from "./return-address.ts";

const tokens = createMailTokens("a test's key of at least thirty-two characters");
const uuid = fc.uuid({ version: 7 });

test("a token gives back its mail, in any case, and fills the local part of an address at most", () => {
  fc.assert(
    fc.property(uuid, uuid, (workspace_id, mail_id) => {
      const key = { workspace_id, mail_id };
      const address = returnAddress(tokens, "sms.localhost", key);
      expect(address.indexOf("@")).toBeLessThanOrEqual(64);
      for (const spelt of [address, address.toUpperCase()])
        expect(mailOfReturnAddress(tokens, "sms.localhost", spelt)).toEqual(key);
    }),
    { numRuns: runs(100, 20_000) },
  );
  const own = { workspace_id: installationId, mail_id: newId() };
  expect(tokens.read("return", tokens.make("return", own))).toEqual(own);
});

test("no other text is a token: a changed digit, another purpose, another length", () => {
  const key = { workspace_id: newId(), mail_id: newId() };
  const token = tokens.make("return", key);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(..."0123456789abcdefghijklmnopqrstuv"), (at, digit) => {
      fc.pre(token[at] !== digit);
      expect(tokens.read("return", token.slice(0, at) + digit + token.slice(at + 1))).toBeNull();
    }),
    { numRuns: runs(200, 20_000) },
  );
  expect(tokens.read("unsubscribe", token)).toBeNull();
  for (const wrong of ["", token.slice(1), `${token}0`, `${token} `, "w".repeat(62), "\u0130".repeat(62)])
    expect(tokens.read("return", wrong)).toBeNull();
});
