/** Signed-in members, created without invitation mails. */
import type { Role } from "../contract/permissions.ts";
import { identityOf } from "../server/accounts/account-jobs.ts";
import { createPerson, joinWorkspace } from "../server/accounts/create-person.ts";
import type { TestApp } from "./app.ts";

export interface TestPerson {
  id: string;
  name: string;
  email: string;
  cookie: string;
}

const password = "correct horse battery";
let made = 0;

/** Creates a member of the workspace and signs them in. */
export async function signedInPerson(
  { call, services }: Pick<TestApp, "call" | "services">,
  workspaceId: string,
  role: Role,
  options: { name?: string; smsSetup?: boolean } = {},
): Promise<TestPerson> {
  const at = services.clock.now();
  const name = options.name ?? role;
  const email = `person${++made}@example.com`;
  const passwordHash = await identityOf(services).hashPassword(password);
  const { id } = await services.db.asSystem(async (tx) => {
    const user = await createPerson(tx, { name, email, passwordHash, verified: true }, at);
    const smsSetup = options.smsSetup ?? false;
    await joinWorkspace(tx, { workspaceId, userId: user.id, role, smsSetup }, at);
    return user;
  });
  return { id, name, email, cookie: await signIn({ call }, email) };
}

/** Another session of a person made here. */
export async function signIn({ call }: Pick<TestApp, "call">, email: string): Promise<string> {
  const { status, cookies } = await call("POST /api/auth/sign-in/email", { body: { email, password } });
  if (status !== 200) throw new Error(`${email} cannot sign in: ${status}`);
  return cookies;
}
