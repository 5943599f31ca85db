/**
 * Run before each test file: `npm test` tries the same random cases each time, so that one commit has one result, and
 * `npm run test:long` others each time, which it prints with their seed if one fails.
 */
import fc from "fast-check";
import { isLong } from "./runs.ts";

if (!isLong) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
