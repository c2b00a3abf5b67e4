/** Time in which members have their turns before other work of the thread has its own: requests come in here too. */
const ROUND_MS = 8;

/**
 * Gives each member that waits its turn, one after the other, in short rounds between which the thread does its other
 * work: thousands of readers never hold up those who send. A member waits once, however often it is added.
 */
export class Turns<Member> {
  /** In the order in which they get their turn. */
  readonly #waiting = new Set<Member>();
  readonly #take: (member: Member) => boolean;
  #roundIsDue = false;

  /** @param take does a little of the member's work; true when there is more. */
  constructor(take: (member: Member) => boolean) {
    this.#take = take;
  }

  /** What was added has its turn in the next round. */
  add(member: Member): void {
    this.#waiting.add(member);
    this.#callRound();
  }

  delete(member: Member): void {
    this.#waiting.delete(member);
  }

  #callRound(): void {
    if (this.#roundIsDue) return;
    this.#roundIsDue = true;
    setImmediate(() => {
      this.#roundIsDue = false;
      this.#round();
    });
  }

  #round(): void {
    const endMs = performance.now() + ROUND_MS;
    for (const member of this.#waiting) {
      // Behind all others, if it has more to do.
      this.#waiting.delete(member);
      if (this.#take(member)) this.#waiting.add(member);
      if (performance.now() > endMs) break;
    }
    if (this.#waiting.size > 0) this.#callRound();
  }
}
