// Notes how long each test class took, for the samples of later runs (test-sample.mjs).
// Usage: node test-times.mjs RESULTS_FOLDER CLASS_TIMES_FILE. Projects without results keep what is there.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { testResults } from './test-results.mjs';

const [folder, file] = process.argv.slice(2);
const measured = {};
for (const { project, name, seconds } of testResults(folder)) {
  const classes = (measured[project] ??= {});
  const test = name.replace(/\(.*/s, '').split('.').at(-2);
  classes[test] = (classes[test] ?? 0) + seconds;
}
const times = { ...(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) };
for (const [project, classes] of Object.entries(measured)) {
  const rounded = Object.entries(classes).map(([test, seconds]) => [test, Math.round(seconds)]);
  times[project] = Object.fromEntries(rounded.filter(([, seconds]) => seconds > 0).sort());
}
writeFileSync(file, `${JSON.stringify(Object.fromEntries(Object.entries(times).sort()), null, 1)}\n`);
