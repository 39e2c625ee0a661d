/** Where tests run until one fails: that a step was missed is shown by one, and the rest of its file need not wait for it. */
import { TestEnvironment } from 'jest-environment-node';

export default class UntilFailure extends TestEnvironment {
  #failed = false;

  handleTestEvent({ name, test, describeBlock }) {
    if (name === 'test_done' && test.errors.length > 0) this.#failed = true;
    if (!this.#failed) return;
    if (name === 'test_start') test.mode = 'skip';
    if (name === 'run_describe_start') describeBlock.mode = 'skip';
  }
}
