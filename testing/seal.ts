/** The installation's key of tests, and its seal. */
import { createSeal } from "../server/kit/seal.ts";

export const testSecretKey = "a test's key of at least thirty-two characters";
export const testSeal = createSeal(testSecretKey);
