/** `varsla <command>`: commands for operators. Settings come from the same environment as the server's. */
import { distribute, DistributionError, printSteps } from "./distribution/distribute.ts";
import { ConfigError, readDatabaseUrl } from "./kit/config.ts";

const usage = `Usage: npm run varsla -- <command>

  db distribute [--dry-run]   distributes the tables of DATABASE_URL over the nodes of its Citus cluster;
                              --dry-run prints the statements and changes nothing`;

/** Returns the exit code. */
async function main(args: string[]): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    console.log(usage);
    return args.length === 0 ? 2 : 0;
  }
  const words = args.filter((arg) => !arg.startsWith("-"));
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--dry-run");
  if (words.join(" ") !== "db distribute") return refuse(`There is no command "${words.join(" ")}".`);
  if (unknown !== undefined) return refuse(`db distribute has no option ${unknown}.`);
  return distributeDatabase(args.includes("--dry-run"));
}

function refuse(sentence: string): number {
  console.error(`${sentence}\n\n${usage}`);
  return 2;
}

async function distributeDatabase(dryRun: boolean): Promise<number> {
  const connection = readDatabaseUrl();
  if (connection === null) {
    console.error("DATABASE_URL is not set, and the PostgreSQL that comes with Varsla has no Citus. Nothing was done.");
    return 1;
  }
  const steps = await distribute(connection, { dryRun, say: (sentence) => console.error(sentence) });
  if (dryRun) console.log(printSteps(steps));
  if (steps.length === 0) console.error("Every table is in its place already. There was nothing to do.");
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof DistributionError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
