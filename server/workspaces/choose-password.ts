/** What a password must not be, wherever one is chosen. How long it is, the contract says. */
import { type PasswordContext, wordInPassword } from "../../rules/password-words.ts";
import { isCommonPassword } from "../kit/common-passwords.ts";
import { Problem } from "../kit/errors.ts";

/**
 * 422 `common_password` for one that guessers try first, `password_has_workspace` and `password_has_email` for one that is
 * built of what everybody knows. No other rules: not what it is made of, not how often it changes.
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
      "Too little is left of this password beside the workspace's name; choose another.",
      { field },
    );
  }
  if (word === "email") {
    throw new Problem(
      422,
      "password_has_email",
      "Too little is left of this password beside your own e-mail address; choose another.",
      { field },
    );
  }
}
