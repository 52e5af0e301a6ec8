import { describe, expect, it } from 'vitest';
import { RemovalJournal } from '../../../storage/fs/removal-journal.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

function filesOfSpec(): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory('/d/e');
  for (const [path, length] of [
    ['/d/a', 3],
    ['/d/e/b', 5],
    ['/c', 0],
  ] as const) {
    // biome-ignore format: pairs
    using file = fileSystem.open(path, 'create');
    file.write(new Uint8Array(length));
  }
  return fileSystem;
}

describe('a journal of removals', () => {
  it.each([false, true])('tells each file once, with its bytes (dry run: %s)', (dryRun) => {
    const fileSystem = filesOfSpec();
    const before = fileSystem.tree();
    const journal = new RemovalJournal(fileSystem, { dryRun });
    journal.removeFile('/d/a');
    journal.removeTree('/d');
    journal.removeTree('/d');
    journal.removeFile('/c');
    journal.removeFile('/nothing');
    journal.removeTree('/nothing');
    expect(journal.removed).toEqual([
      { path: '/d/a', sizeBytes: 3 },
      { path: '/d/e/b', sizeBytes: 5 },
      { path: '/c', sizeBytes: 0 },
    ]);
    if (dryRun) expect(fileSystem.tree()).toEqual(before);
    else expect(fileSystem.tree()).toEqual([]);
  });

  it('tells nothing of what could not be removed', () => {
    const refused = new FaultyFileSystem(filesOfSpec(), { at: 1, calls: ['removeFile'], errno: 'EACCES' });
    const journal = new RemovalJournal(refused, { dryRun: false });
    expect(() => journal.removeFile('/d/a')).toThrow('PERMISSION_DENIED');
    expect(journal.removed).toEqual([]);
  });

  it('passes everything else on, and writes nothing on a dry run', () => {
    const fileSystem = filesOfSpec();
    const write = (journal: RemovalJournal) => [
      () => journal.makeDirectory('/f'),
      () => journal.open('/f/g', 'create').close(),
      () => journal.link('/f/g', '/f/h'),
      () => journal.rename('/f/h', '/f/i'),
    ];
    for (const step of write(new RemovalJournal(fileSystem, { dryRun: true }))) expect(step).toThrow('INTERNAL');
    expect(fileSystem.stat('/f')).toBeUndefined();
    const journal = new RemovalJournal(fileSystem, { dryRun: false });
    for (const step of write(journal)) step();
    journal.syncDirectory('/f');
    expect(journal.list('/f').map(({ name }) => name)).toEqual(['g', 'i']);
    expect(journal.readFile('/d/a')).toHaveLength(3);
    expect(journal.realPath('/d')).toBe('/d');
    expect(journal.freeBytes('/d')).toBeGreaterThan(0);
    using file = new RemovalJournal(fileSystem, { dryRun: true }).open('/d/a', 'read');
    expect(file.sizeBytes()).toBe(3);
  });
});
