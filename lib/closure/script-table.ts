/** A script of this process, as the debugger knows it. */
export interface Script {
  readonly url: string;
  readonly isModule: boolean;
  /** What its `sourceMappingURL` comment says; empty when it has none. */
  readonly sourceMapUrl: string;
}

/**
 * The scripts that were asked for so far, by V8's id and by URL. A URL that was loaded twice (a watcher, a test
 * runner) stands for its latest script.
 */
const byId = new Map<string, Script>();
const byUrl = new Map<string, Script>();

export function recordScript(id: string, script: Script): void {
  byId.set(id, script);
  if (script.url !== '') byUrl.set(script.url, script);
}

export function findScript(id: string): Script | undefined {
  return byId.get(id);
}

export function findScriptByUrl(url: string): Script | undefined {
  return byUrl.get(url);
}
