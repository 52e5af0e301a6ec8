#!/usr/bin/env node
/** The program `cairn`. */
import { runProgram } from './program.ts';

// Who reads us may stop early, as `head` does: that is no error, and no reason to go on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

// The exit code is set rather than the process ended, so that what was written to a pipe gets there.
process.exitCode = await runProgram(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  environment: process.env,
  hasColors: process.stdout.isTTY === true && process.stdout.hasColors() && !process.env.NO_COLOR,
});
