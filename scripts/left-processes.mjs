// Says which processes a test run has left: those that work below its temporary folder, or were given it (TMPDIR, HOME) in their environment.
// Usage: node left-processes.mjs FOLDER. Waits a moment for what is just ending. Prints a line for each, and ends them; exit code 1 where there are any.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = process.argv[2];
const attempt = read => { try { return read(); } catch { return ''; } };

// A process that has ended and is not waited for yet has neither of both.
const isOfRun = pid =>
  `${attempt(() => readlinkSync(`/proc/${pid}/cwd`))}/`.startsWith(`${folder}/`) || attempt(() => readFileSync(`/proc/${pid}/environ`, 'latin1')).includes(`=${folder}/`);
const left = () => readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid && isOfRun(name));

let found = left();
for (let tries = 0; found.length > 0 && tries < 50; tries++) {
  await sleep(100);
  found = left();
}
for (const pid of found) {
  const command = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0').join(' ').trim();
  process.stdout.write(`left process ${pid}: ${command.slice(0, 300)} in ${attempt(() => readlinkSync(`/proc/${pid}/cwd`))}\n`);
  attempt(() => process.kill(Number(pid), 'SIGKILL'));
}
process.exitCode = found.length > 0 ? 1 : 0;
