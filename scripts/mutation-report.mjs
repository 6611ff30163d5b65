// Prints what a report of Stryker says of each file, and each change that no test noticed.
// Usage: node mutation-report.mjs REPORT.json BAR      Exit 1: fewer than BAR percent were noticed.
import { readFileSync } from 'node:fs';

const [report, bar] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(report, 'utf8'));
const noticed = new Set(['Killed', 'Timeout']);
const unnoticed = new Set(['Survived', 'NoCoverage']);
let all = 0;
let killed = 0;
for (const [path, { source, mutants }] of Object.entries(files)) {
  const lines = source.split('\n');
  const tried = mutants.filter((m) => noticed.has(m.status) || unnoticed.has(m.status));
  const found = tried.filter((m) => noticed.has(m.status)).length;
  if (tried.length === 0) {
    continue;
  }
  all += tried.length;
  killed += found;
  const name = path.replace(/^.*\/copy\//, '');
  console.log(`${name}: ${found} of ${tried.length}`);
  for (const { status, location, replacement } of tried.filter((m) => unnoticed.has(m.status))) {
    const line = location.start.line;
    const why = status === 'NoCoverage' ? ' (no test)' : '';
    console.log(`  :${line}${why} ${lines[line - 1].trim().slice(0, 100)}  =>  ${JSON.stringify((replacement ?? '').slice(0, 80))}`);
  }
}
const share = all === 0 ? 100 : (100 * killed) / all;
console.log(`${killed} of ${all} changes were noticed: ${share.toFixed(1)} %; bar ${bar} %`);
process.exit(share < Number(bar) ? 1 : 0);
