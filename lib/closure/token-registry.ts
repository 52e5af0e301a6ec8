interface Slot {
  init: (() => unknown) | undefined;
  built: { readonly value: unknown } | undefined;
}

const slots = new Map<number, Slot>();

function slotOf(id: number): Slot {
  let slot = slots.get(id);
  if (slot === undefined) {
    slot = { init: undefined, built: undefined };
    slots.set(id, slot);
  }
  return slot;
}

/** The function of a `perWorker` value in this worker: builds it on the first call in any task. */
export function perWorkerGetter(id: number): () => unknown {
  const slot = slotOf(id);
  return () => {
    slot.built ??= { value: slot.init?.() };
    return slot.built.value;
  };
}

/** What builds the value; the first one given stays. */
export function setPerWorkerInit(id: number, init: () => unknown): void {
  slotOf(id).init ??= init;
}
