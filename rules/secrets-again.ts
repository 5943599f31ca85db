/**
 * Secrets are never shown, and a person who may change a connection must not obtain one by pointing the connection at a host or
 * account of their own: a setting that decides where a secret is sent can only be changed together with entering the secret.
 */

type Settings = Readonly<Record<string, unknown>>;

/** The settings that decide where a kind's secret is sent. */
const decidedBy = {
  smpp: [{ secret: "password", settings: ["host", "port", "tls"] }],
  twilio: [
    { secret: "auth_token", settings: ["account_sid"] },
    { secret: "api_key_secret", settings: ["api_key_sid"] },
  ],
} as const satisfies Record<string, readonly { secret: string; settings: readonly string[] }[]>;

export interface SecretAgain {
  secret: string;
  /** The changed settings. */
  settings: string[];
}

/** The secrets that must be entered again for this change. Removing a setting (null) needs none. */
export function secretsAgain(kind: keyof typeof decidedBy, before: Settings, after: Settings): SecretAgain[] {
  return decidedBy[kind].flatMap(({ secret, settings }) => {
    const changed = settings.filter((name) => (after[name] ?? null) !== null && after[name] !== before[name]);
    return changed.length > 0 ? [{ secret, settings: changed }] : [];
  });
}
