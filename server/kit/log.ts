/** Logging: one readable line per event on a terminal, JSON lines otherwise. */
import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from "pino";

export type Logger = PinoLogger;

/** Fields that are redacted in every log entry. */
const secrets = ["password", "secret", "authorization", "cookie", "api_key", "token"];

/** A logger for `level` and above. */
export function createLog(level: string, output: NodeJS.WriteStream = process.stdout): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: "(hidden)" },
  };
  return output.isTTY ? pino(options, readable(output)) : pino(options, output);
}

function readable(output: NodeJS.WriteStream): DestinationStream {
  return { write: (line: string) => void output.write(readableLine(line)) };
}

/** `09:41:07 warn  what happened  key=value`, with an error's stack below. */
export function readableLine(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line);
  const clock = typeof time === "string" ? time.slice(11, 19) : "";
  const values = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const stack = err ? `\n${err.stack ?? err.message}` : "";
  return `${[clock, String(level).padEnd(5), msg ?? err?.message ?? "", ...values].join(" ").trimEnd()}${stack}\n`;
}
