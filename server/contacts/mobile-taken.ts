import type { Tx } from "../kit/db.ts";
import { conflict, type Problem } from "../kit/errors.ts";
import { selectContactByMobile } from "./contacts-store.ts";

/** 409: the number is another contact's; says whose. */
export async function mobileTaken(tx: Tx, workspaceId: string, mobile: string): Promise<Problem> {
  const other = await selectContactByMobile(tx, workspaceId, mobile);
  return conflict("mobile_taken", `The mobile number ${mobile} belongs to contact ${other} already.`, {
    field: "mobile",
    value: mobile,
  });
}
