import type { ImportFault } from "../../contract/contacts.ts";

/** A file that cannot be imported as a whole; the sentence tells its owner why. */
export class ImportFailure extends Error {
  override name = "ImportFailure";
  readonly code: ImportFault;

  constructor(code: ImportFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
