import type { DagEffect, TimelessEvent } from './dag-event.ts';

/** Effects in the order in which they are to be performed. */
export class EffectList {
  #effects: DagEffect[] = [];

  add(effect: DagEffect): void {
    this.#effects.push(effect);
  }

  emit(event: TimelessEvent): void {
    this.#effects.push({ kind: 'emit', event });
  }

  /** Gives what was added since the last time. */
  take(): readonly DagEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Runs `late`, then puts what `early` adds before what `late` added: for what is known late and told first. */
  inOrder(early: () => void, late: () => void): void {
    const before = this.#effects;
    this.#effects = [];
    late();
    const after = this.#effects;
    this.#effects = before;
    early();
    for (const effect of after) before.push(effect);
  }
}
