import { describeValue } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { EngineEvent } from './engine-event.ts';

export type EventListener = (event: EngineEvent) => void;

interface Subscription {
  readonly listener: EventListener;
  failed: boolean;
}

/**
 * Hands each event to every listener, at once and in the order they subscribed.
 *
 * A listener that throws disturbs neither the engine nor the others: its first error goes to the logger, later ones
 * nowhere. Listeners may subscribe, unsubscribe and emit while an event is handed out; who subscribes then gets the
 * next event, and who is gone gets no more.
 */
export class EventBus {
  readonly #logger: Logger;
  readonly #subscriptions = new Set<Subscription>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Disposing what it gives ends the subscription. */
  subscribe(listener: EventListener): Disposable {
    const subscription: Subscription = { listener, failed: false };
    this.#subscriptions.add(subscription);
    return { [Symbol.dispose]: () => void this.#subscriptions.delete(subscription) };
  }

  emit(event: EngineEvent): void {
    for (const subscription of [...this.#subscriptions]) {
      if (!this.#subscriptions.has(subscription)) continue;
      try {
        subscription.listener(event);
      } catch (error) {
        if (subscription.failed) continue;
        subscription.failed = true;
        const reason = error instanceof Error ? (error.stack ?? error.message) : describeValue(error);
        this.#logger.warn(`a listener failed on '${event.kind}'; its later errors are not reported\n${reason}`);
      }
    }
  }
}
