// Notes how long each test class took, for the samples of later runs (test-sample.mjs).
// Usage: node test-times.mjs RESULTS_FOLDER CLASS_TIMES_FILE. Projects without results keep what is there.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, file] = process.argv.slice(2);
const times = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
for (const name of readdirSync(folder).filter(name => name.endsWith('.trx'))) {
  const text = readFileSync(join(folder, name), 'utf8');
  const classes = {};
  for (const [, tag] of text.matchAll(/<UnitTestResult((?:\s[\w:]+="[^"]*")*)/g)) {
    const time = /\sduration="(\d+):(\d+):([\d.]+)"/.exec(tag);
    const test = /\stestName="([^"]*)"/.exec(tag)[1].replace(/\(.*/s, '').split('.').at(-2);
    classes[test] = (classes[test] ?? 0) + (time ? time[1] * 3600 + time[2] * 60 + +time[3] : 0);
  }
  times[name.replace(/\.trx$/, '')] = Object.fromEntries(
    Object.entries(classes).map(([test, seconds]) => [test, Math.round(seconds)]).filter(([, seconds]) => seconds > 0).sort(),
  );
}
writeFileSync(file, `${JSON.stringify(Object.fromEntries(Object.entries(times).sort()), null, 1)}\n`);
