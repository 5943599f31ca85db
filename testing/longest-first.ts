/** The order of test files: what takes longest, and mostly waits, begins first, so that nothing runs alone at the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

const longest = ["testing/chaos/chaos.test.ts", "server/main.test.ts", "server/kit/embedded-postgres.test.ts"];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((file) => moduleId.endsWith(file));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
