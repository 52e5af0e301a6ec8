/** A process that takes a directory, says `held`, and keeps it until it is killed: `lock-holder.ts <directory>`. */
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { ScratchSpace } from '../../storage/fs/scratch-space.ts';

const directory = process.argv[2] ?? '';
DirectoryLock.acquire(nodeFileSystem, directory);
const scratch = ScratchSpace.open(nodeFileSystem, directory);
scratch.createFile('run').close();
process.stdout.write('held\n');
setInterval(() => {}, 60_000);
