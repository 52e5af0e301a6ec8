/**
 * A debugger session of this thread with itself, for the length of one call.
 *
 * Threading: V8 answers `post` before it returns; Node does not promise so, therefore every call checks it. The
 * debugger itself is only ever switched on and off again within one call: while it is on, `await` and `throw` are
 * several times slower. Connecting costs 0.1 ms, so a batch of functions shares one session.
 */
import inspector from 'node:inspector';
import process from 'node:process';
import { CairnError } from '../base/errors.ts';
import { recordScript } from './script-table.ts';

/**
 * What values pass through between the program and the session: a property of `globalThis` while a session lasts, and
 * of `process`, which the session's code finds when this program runs in a context of `vm` (test runners).
 */
export interface InspectorSink {
  subject: unknown;
  out: unknown;
}

const SINK = '__cairn_inspector_sink';
const HOLDERS: readonly object[] = [globalThis, process];

let session: inspector.Session | undefined;
let depth = 0;
let sink: InspectorSink = { subject: undefined, out: undefined };

/** The current sink, and the expression by which code that runs in the session reaches it. */
export function inspectorSink(): { readonly sink: InspectorSink; readonly expression: string } {
  return { sink, expression: `(globalThis.${SINK} ?? process.${SINK})` };
}

/**
 * Runs `body` with a session; calls inside share it. Raises `INSPECTOR_UNAVAILABLE` where a process may not inspect
 * itself (Node's `--permission`), or where the inspector no longer answers at once.
 */
export function withInspector<T>(body: () => T): T {
  if (depth === 0) connect();
  depth++;
  try {
    return body();
  } finally {
    depth--;
    if (depth === 0) disconnect();
  }
}

function connect(): void {
  try {
    session = new inspector.Session();
    session.connect();
  } catch (error) {
    session = undefined;
    throw unavailable(error instanceof Error ? error.message : String(error), error);
  }
  session.on('Debugger.scriptParsed', ({ params }) => {
    recordScript(params.scriptId, {
      url: params.url,
      isModule: params.isModule === true,
      sourceMapUrl: params.sourceMapURL ?? '',
    });
  });
  sink = { subject: undefined, out: undefined };
  for (const holder of HOLDERS) {
    Object.defineProperty(holder, SINK, { value: sink, configurable: true, enumerable: false });
  }
}

function disconnect(): void {
  session?.disconnect();
  session = undefined;
  for (const holder of HOLDERS) Reflect.deleteProperty(holder, SINK);
}

/** Sends one message and gives the answer, which must be there when the call returns. */
export function post(method: string, params?: object): unknown {
  let answer: unknown;
  let failure: Error | null = null;
  let answered = false;
  session?.post(method, params, (error, result) => {
    answered = true;
    failure = error;
    answer = result;
  });
  if (!answered) throw unavailable(`the inspector of Node ${process.version} did not answer ${method} at once`);
  if (failure !== null) throw unavailable(`${method}: ${describeFailure(failure)}`, failure);
  return answer;
}

/** Learns of every script there is: switching the debugger on reports them all. 20-40 ms the first time. */
export function recordAllScripts(): void {
  post('Debugger.enable');
  post('Debugger.disable');
}

function describeFailure(failure: unknown): string {
  return typeof failure === 'object' && failure !== null && 'message' in failure
    ? String(failure.message)
    : JSON.stringify(failure);
}

function unavailable(reason: string, cause?: unknown): CairnError {
  return new CairnError('INSPECTOR_UNAVAILABLE', { reason }, cause === undefined ? {} : { cause });
}
