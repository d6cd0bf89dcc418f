/** A failure that the person at the terminal can mend: the message says how. */
export class SetupFailure extends Error {
  /**
   * @param {string} message sentences for people, with the cure
   * @param {number} [exitCode] 128 + signal number when a signal ended it
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = "SetupFailure";
    this.exitCode = exitCode;
  }
}
