/**
 * Prints `N passed, N failed, N skipped` from the JSON report of the test runner, and fails when a test failed or
 * none ran. A file that broke before its first test counts as one failure. Needs nothing installed.
 */
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
let skipped = 0;
try {
  for (const file of JSON.parse(readFileSync(process.argv[2], 'utf8')).testResults) {
    const states = file.assertionResults.map((test) => test.status);
    passed += states.filter((status) => status === 'passed').length;
    const broken = states.filter((status) => status === 'failed').length;
    failed += broken === 0 && file.status === 'failed' ? 1 : broken;
    skipped += states.filter((status) => status !== 'passed' && status !== 'failed').length;
  }
} catch (error) {
  process.stderr.write(`no test report: ${error.message}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
