/**
 * Run before each integration test file: loads all domains, which register what they send messages for. Otherwise it would depend on the
 * files before it in the same worker what a file finds registered.
 */
import "../server/modules.ts";
