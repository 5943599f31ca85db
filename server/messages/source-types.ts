/** What this domain sends texts for. The door imports it, so that they are registered wherever it is used. */
import { registerSourceType } from "../quota/source-types.ts";

/** A request to the API, or a text that was written on a contact's page. */
export const ofApi = registerSourceType("api", "unasked");
export const ofCarrierTest = registerSourceType("carrier_test", "asked");
/** Answers to keywords. START takes an opt-out back, so its answer needs no exception from them. */
export const answerToStop = registerSourceType("opt_out_confirmation", "answer");
export const answerToStart = registerSourceType("opt_in_confirmation", "asked");
export const answerToHelp = registerSourceType("help", "answer");
