import { type CaptureOptions, capture } from '../../lib/closure/capture.ts';
import type { Packet } from '../../lib/closure/packet.ts';
import { type ReviveOptions, revive } from '../../lib/closure/revive.ts';

/** Takes values through capture, structured clone and revival, within this thread. */
export async function travelAll<T extends readonly unknown[]>(
  values: readonly [...T],
  options?: CaptureOptions & ReviveOptions,
): Promise<T> {
  const packet: Packet = structuredClone(await capture(values, options));
  return (await revive(packet, options)) as T;
}

/** As `travelAll`, for one value. */
export async function travel<T>(value: T, options?: CaptureOptions & ReviveOptions): Promise<T> {
  const [copy] = await travelAll([value], options);
  return copy as T;
}
