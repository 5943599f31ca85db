/** Which passwords are refused wherever one is chosen. The contract sets the length. */
import { type PasswordContext, wordInPassword } from "../../rules/password-words.ts";
import { isCommonPassword } from "../kit/common-passwords.ts";
import { Problem } from "../kit/errors.ts";

/**
 * 422 `common_password` for one that guessers try first, `password_has_workspace` and `password_has_email` for one built from
 * public facts. There are no rules about kinds of characters or regular changes.
 */
export function checkNewPassword(password: string, context: PasswordContext, field: string): void {
  if (isCommonPassword(password)) {
    throw new Problem(422, "common_password", "This password is one of those that are tried first; choose another.", {
      field,
    });
  }
  const word = wordInPassword(password, context);
  if (word === "workspace") {
    throw new Problem(
      422,
      "password_has_workspace",
      "This password is too similar to the workspace's name; choose another.",
      { field },
    );
  }
  if (word === "email") {
    throw new Problem(
      422,
      "password_has_email",
      "This password is too similar to your e-mail address; choose another.",
      { field },
    );
  }
}
