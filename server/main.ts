/**
 * `npm start`: reads the settings and runs Varsla. Where ROLES is not set and the machine has more than one core, in two
 * processes (supervise.ts); else in this one.
 */
import { availableParallelism } from "node:os";
import { type Config, ConfigError, readConfig } from "./kit/config.ts";
import { createLog } from "./kit/log.ts";
import { runProcess } from "./run-process.ts";
import { supervise, supervisor } from "./supervise.ts";

/** The roles that a supervisor gives this process; undefined when started otherwise. */
const [roles] = process.argv.slice(2);

function readConfigOrExit(): Config {
  try {
    return readConfig(undefined, { firstWorkspace: "later", roles });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const config = readConfigOrExit();
const log = createLog(config.log_level);
if (config.roles_chosen || availableParallelism() === 1) await runProcess(config, log, roles ? supervisor : undefined);
else await supervise(import.meta.filename, log);
