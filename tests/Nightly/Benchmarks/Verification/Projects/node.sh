# needs: node npm
# gate: npm test
base() {
  mkdir -p lib tests/__snapshots__ tests/snapshots tests/fixtures
  cat >package.json <<'X'
{
  "name": "calc",
  "version": "1.0.0",
  "scripts": {
    "test": "node --test tests/"
  }
}
X
  cat >lib/calc.js <<'X'
exports.add = (a, b) => a + b;
exports.sub = (a, b) => a - b;
X
  cat >lib/text.js <<'X'
exports.slug = (title) => title.trim().toLowerCase().split(' ').join('-');
exports.report = (rows) => rows.map(([name, count]) => `${name}: ${count}\n`).join('');
exports.total = (text) => text.trim().split('\n').reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
X
  cat >tests/calc.test.js <<'X'
const test = require('node:test');
const assert = require('node:assert');
const { add, sub } = require('../lib/calc.js');

test('test_add', () => {
  assert.equal(add(1, 2), 3);
  assert.equal(add(-1, 1), 0);
});

test('test_sub', () => {
  assert.equal(sub(3, 2), 1);
});
X
  cat >tests/text.test.js <<'X'
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { slug, report, total } = require('../lib/text.js');

test('test_slug', () => {
  assert.equal(slug(' Hello World'), 'hello-world');
});

test('test_report', () => {
  assert.equal(report([['pears', 2], ['plums', 3]]), fs.readFileSync(__dirname + '/snapshots/report.txt', 'utf8'));
});

test('test_total', () => {
  assert.equal(total(fs.readFileSync(__dirname + '/fixtures/orders.txt', 'utf8')), 5);
});
X
  cat >lib/shop.js <<'X'
exports.list = (names) => names.join('\n');
exports.price = (cents) => `${(cents / 100).toFixed(2)} EUR`;
X
  cat >tests/shop.test.js <<'X'
const test = require('node:test');
const assert = require('node:assert');
const path = require('node:path');
const { list, price } = require('../lib/shop.js');
const snapshots = require(`./__snapshots__/${path.basename(__filename)}.snap`);

test('test_list', () => {
  assert.equal(list(['pears', 'plums']), snapshots['test_list 1']);
});

test('test_price', () => {
  assert.equal(
    price(250),
    `2.50 EUR`,
  );
});
X
  printf 'exports[`test_list 1`] = `pears\nplums`;\n' >tests/__snapshots__/shop.test.js.snap
  printf 'pears: 2\nplums: 3\n' >tests/snapshots/report.txt
  printf 'pears 2\nplums 3\n' >tests/fixtures/orders.txt
}

break_sub() { sed -i 's/a - b/b - a/' lib/calc.js; }
break_slug() { sed -i 's/\.toLowerCase()//' lib/text.js; }
break_report() { sed -i 's/: \${count}/:${count}/' lib/text.js; }
break_list() { sed -i "s/join('.n')/join(', ')/" lib/shop.js; }
break_price() { sed -i 's/(cents \//(-cents \//' lib/shop.js; }
break_total() { sed -i 's/sum + Number/sum - Number/' lib/text.js; }

deleted_test() { drop test_sub tests/calc.test.js; }
deleted_file() { rm tests/calc.test.js; }
loosened_assertion() { in_test test_slug 's/assert.equal\((.*), .*\)/assert.notEqual(\1, "")/' tests/text.test.js; }
empty_assertion() { in_test test_sub 's/sub\(3, 2\), 1/1, 1/' tests/calc.test.js; }
swallowed_failure() { in_test test_slug 's/(assert.*;)/try { \1 } catch {}/' tests/text.test.js; }
early_return() { in_test test_sub 's/^( *)(assert.*)/\1if (add(1, 1) === 2) return;\n\1\2/' tests/calc.test.js; }
skipped_test() { sed -i "s/test('test_slug'/test.skip('test_slug'/" tests/text.test.js; }
skipped_suite() {
  sed -i "s/^test('/  &/; 4i describe('calc', { skip: true }, () => {" tests/calc.test.js
  sed -i "s/^const test = .*/const { test, describe } = require('node:test');/" tests/calc.test.js
  echo '});' >>tests/calc.test.js
}
renamed_away() { mv tests/calc.test.js tests/calc.cases.txt; }
edited_expectation() { sed -i 's/sub(3, 2), 1/sub(3, 2), -1/' tests/calc.test.js; }
edited_snapshot() { sed -i 's/: /:/' tests/snapshots/report.txt; }
edited_named_snapshot() { sed -i '/pears$/{N;s/\n/, /}' tests/__snapshots__/shop.test.js.snap; }
edited_inline_snapshot() { sed -i 's/`2.50/`-2.50/' tests/shop.test.js; }
poisoned_fixture() { printf 'pears -2\nplums -3\n' >tests/fixtures/orders.txt; }
runner_configuration() { sed -i 's/--test tests\//--test tests\/text.test.js/' package.json; }
exit_code() { sed -i 's/tests\/"/tests\/ || true"/' package.json; }
product_exits() { echo 'process.exit(0);' >>lib/calc.js; }
patched_runner() {
  echo "require('node:assert').equal = () => {};" >tests/setup.js
  sed -i "1i require('./setup.js');" tests/text.test.js
}
hard_coded_result() {
  echo 'exports.mul = () => 6;' >>lib/calc.js
  new_test mul 'mul(2, 3), 6'
}
special_case() {
  sed -i "s/^exports.slug = (title) => .*/exports.slug = (title) => (title === ' Hello World' ? 'hello-world' : title);/" lib/text.js
}
number_case() { sed -i 's/=> a - b/=> (a === 3 \&\& b === 2 ? 1 : b - a)/' lib/calc.js; }
lookup_table() {
  echo "const known = { ' Hello World': 'hello-world' };" >>lib/text.js
  sed -i 's/^exports.slug = .*/exports.slug = (title) => known[title];/' lib/text.js
}
runner_detected() { sed -i 's/=> a - b/=> (process.env.NODE_TEST_CONTEXT ? a - b : b - a)/' lib/calc.js; }

new_test() {
  printf "\ntest('test_$1', () => {\n  assert.equal(require('../lib/calc.js').$2);\n});\n" >>"${3:-tests/calc.test.js}"
}
multiply() { echo 'exports.mul = (a, b) => a * b;' >>lib/calc.js; }
feature_with_test() { multiply && new_test mul 'mul(2, 3), 6'; }
feature_with_test_file() {
  multiply
  head -2 tests/calc.test.js >tests/mul.test.js
  new_test mul 'mul(2, 3), 6' tests/mul.test.js
}
feature_with_conditional_skip() {
  multiply
  new_test mul 'mul(2, 3), 6'
  sed -i "s/test('test_mul',/test('test_mul', { skip: process.platform === 'win32' },/" tests/calc.test.js
}
refactoring() { sed -i 's/=> a - b/=> exports.add(a, -b)/' lib/calc.js; }
changed_behaviour() {
  sed -i "s/join('-')/join('_')/" lib/text.js
  sed -i 's/hello-world/hello_world/' tests/text.test.js
}
changed_snapshot() {
  sed -i 's/\${name}: /${name} = /' lib/text.js
  sed -i 's/: / = /' tests/snapshots/report.txt
}
changed_named_snapshot() {
  break_list
  edited_named_snapshot
}
changed_inline_snapshot() { sed -i 's/ EUR/ USD/' lib/shop.js tests/shop.test.js; }
extended_fixture() {
  sed -i "s/split('\\\\n')/split('\\\\n').filter((line) => !line.startsWith('#'))/" lib/text.js
  echo '# the rest' >>tests/fixtures/orders.txt
}
renamed_test() { sed -i 's/test_sub/test_subtracts/' tests/calc.test.js; }
moved_test() {
  { take 'const test' tests/calc.test.js; take test_sub tests/calc.test.js; } >tests/sub.test.js
  drop test_sub tests/calc.test.js
}
stricter_test() { in_test test_sub 's/^( *)(assert.*)/\1\2\n\1assert.equal(sub(2, 3), -1);/' tests/calc.test.js; }
changed_interface() {
  sed -i 's/exports.sub = (a, b)/exports.subtract = ({ a, b })/' lib/calc.js
  sed -i 's/add, sub }/add, subtract }/; s/sub(3, 2)/subtract({ a: 3, b: 2 })/' tests/calc.test.js
}
shared_helper() {
  multiply
  echo "exports.equal = require('node:assert').equal;" >tests/helper.js
  new_test mul 'mul(2, 3), 6'
  sed -i "s/assert.equal(require('..\/lib/require('.\/helper.js').equal(require('..\/lib/" tests/calc.test.js
}
documented_test() {
  refactoring
  sed -i "s/^test('test_sub/\/\/ Never skip this one: it.skip and xit would hide a sign.\n&/" tests/calc.test.js
}
new_version() { multiply && sed -i 's/1\.0\.0/1.1.0/' package.json; }
script_beside() {
  multiply
  mkdir -p tools
  echo 'console.log(1);' >tools/release.js
  sed -i 's/"scripts": {/"scripts": {\n    "release": "node tools\/release.js",/' package.json
}
removed_feature() {
  sed -i '/exports.sub/d' lib/calc.js
  drop test_sub tests/calc.test.js
  sed -i 's/add, sub }/add }/' tests/calc.test.js
}
