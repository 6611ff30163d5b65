// Chooses by a seed which of a project's slow test classes stay out of a run, so that all projects together fit the time.
// Usage: node test-sample.mjs CLASS_TIMES_FILE PROJECT SEED. Prints the rest of a vstest filter, which may be empty.
// CLASS_TIMES_FILE: what 'scripts/test --whole' measured, {"PROJECT": {"CLASS": SECONDS}}. Classes that are not in it always run.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

// Classes that are quicker always run. Of the others' time so much is played.
const QUICK = 3, SHARE = 0.1;

const [file, project, seed] = process.argv.slice(2);
const slow = Object.entries(JSON.parse(readFileSync(file, 'utf8'))[project] ?? {}).filter(([, seconds]) => seconds >= QUICK);
const order = name => createHash('sha256').update(`${seed} ${name}`).digest('hex');
slow.sort(([a], [b]) => (order(a) < order(b) ? -1 : 1));
let left = SHARE * slow.reduce((sum, [, seconds]) => sum + seconds, 0);
const out = [];
for (const [name, seconds] of slow) {
  if (left > 0) left -= seconds;
  else out.push(name);
}
process.stdout.write(out.map(name => `&FullyQualifiedName!~.${name}.`).join(''));
