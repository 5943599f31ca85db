/**
 * Secrets are never shown, and whoever may change a connection must not get at one by pointing the connection at a host, or
 * an account, of their own: what decides to whom a secret is told cannot change without the secret being entered again.
 */

type Settings = Readonly<Record<string, unknown>>;

/** The settings that decide to whom a kind's secret goes. */
const decidedBy = {
  smpp: [{ secret: "password", settings: ["host", "port", "tls"] }],
  twilio: [
    { secret: "auth_token", settings: ["account_sid"] },
    { secret: "api_key_secret", settings: ["api_key_sid"] },
  ],
} as const satisfies Record<string, readonly { secret: string; settings: readonly string[] }[]>;

export interface SecretAgain {
  secret: string;
  /** What has changed. */
  settings: string[];
}

/** The secrets that must be entered again for this change. A setting that is taken out (null) asks for none. */
export function secretsAgain(kind: keyof typeof decidedBy, before: Settings, after: Settings): SecretAgain[] {
  return decidedBy[kind].flatMap(({ secret, settings }) => {
    const changed = settings.filter((name) => (after[name] ?? null) !== null && after[name] !== before[name]);
    return changed.length > 0 ? [{ secret, settings: changed }] : [];
  });
}
