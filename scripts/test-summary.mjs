// Adds up the TRX files of one test run: prints what failed and what was skipped, then the totals as the last line.
// Usage: node test-summary.mjs RESULTS_FOLDER ALLOWED_SKIPS_FILE. Exit code 1 on any failure or unlisted skip.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { testResults } from './test-results.mjs';

const [folder, allowedFile] = process.argv.slice(2);

// "Name # reason" per line; a trailing * in the name stands for any ending.
const allowed = existsSync(allowedFile)
  ? readFileSync(allowedFile, 'utf8').split('\n').map(line => line.trim()).filter(line => line && !line.startsWith('#'))
      .map(line => {
        const [name, ...reason] = line.split(' # ');
        if (reason.length === 0) throw new Error(`${allowedFile}: '${line}' gives no reason: write NAME # REASON`);
        return name.trim();
      })
  : [];
const isAllowed = test => allowed.some(name => name.endsWith('*') ? test.startsWith(name.slice(0, -1)) : test === name);

let passed = 0, failed = 0, skipped = 0;
const report = line => process.stdout.write(`${line}\n`);
for (const test of testResults(folder)) {
  switch (test.outcome) {
    case 'Passed':
      passed++;
      break;
    case 'NotExecuted':
      skipped++;
      if (!isAllowed(test.name)) {
        failed++;
        report(`SKIPPED WITHOUT LEAVE ${test.name}: ${test.message} (list it with its reason in ${allowedFile}, or run it)`);
      }
      break;
    default:
      failed++;
      report(`FAILED ${test.project}: ${test.name}\n${test.message}\n${test.trace}\n`);
  }
}
for (const file of readdirSync(folder).sort().filter(name => name.endsWith('.broken'))) {
  failed++;
  report(`BROKEN ${file.replace(/\.broken$/, '')}: ${readFileSync(join(folder, file), 'utf8').trim()}`);
}
if (passed + failed + skipped === 0) {
  failed++;
  report('No test ran at all.');
}
report(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
