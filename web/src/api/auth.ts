import type { authentication } from "../../../contract/accounts.ts";
import type { Answer, Request } from "../../../contract/endpoint.ts";
import { send } from "./client.ts";

/** Starting and ending sessions: the calls under /api/auth, which have no workspace. */
type Authentication = typeof authentication;

const lines: { [N in keyof Authentication]: Authentication[N]["path"] } = {
  signIn: "/sign-in/email",
  signOut: "/sign-out",
  requestPasswordReset: "/request-password-reset",
  resetPassword: "/reset-password",
  changePassword: "/change-password",
};

/** Calls one of them; fails only with an ApiError. */
export async function authenticate<N extends keyof Authentication>(
  name: N,
  request: Request<Authentication[N]>,
): Promise<Answer<Authentication[N]>> {
  const { body } = request as { body?: unknown };
  const response = await send(`/api/auth${lines[name]}`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  return (await response.json()) as Answer<Authentication[N]>;
}
