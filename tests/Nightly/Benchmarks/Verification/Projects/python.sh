# needs: python3
# gate: python3 -m unittest discover -s tests
base() {
  mkdir -p calc tests/__snapshots__ tests/snapshots tests/fixtures
  : >tests/__init__.py
  cat >pyproject.toml <<'X'
[project]
name = "calc"
version = "1.0.0"
X
  cat >calc/__init__.py <<'X'
def add(a, b):
    return a + b


def sub(a, b):
    return a - b
X
  cat >calc/text.py <<'X'
def slug(title):
    return title.strip().lower().replace(' ', '-')


def report(rows):
    return ''.join(f'{name}: {count}\n' for name, count in rows)


def total(text):
    return sum(int(line.split()[1]) for line in text.splitlines())
X
  cat >tests/test_calc.py <<'X'
import unittest
import calc

class CalcTest(unittest.TestCase):

    def test_add(self):
        self.assertEqual(calc.add(1, 2), 3)
        self.assertEqual(calc.add(-1, 1), 0)

    def test_sub(self):
        self.assertEqual(calc.sub(3, 2), 1)
X
  cat >tests/test_text.py <<'X'
import pathlib
import unittest
from calc import text

HERE = pathlib.Path(__file__).parent

class TextTest(unittest.TestCase):

    def test_slug(self):
        self.assertEqual(text.slug(' Hello World'), 'hello-world')

    def test_report(self):
        self.assertEqual(text.report([('pears', 2), ('plums', 3)]), (HERE / 'snapshots' / 'report.txt').read_text())

    def test_total(self):
        self.assertEqual(text.total((HERE / 'fixtures' / 'orders.txt').read_text()), 5)
X
  cat >calc/shop.py <<'X'
def names(all):
    return '\n'.join(all)


def price(cents):
    return f'{cents / 100:.2f} EUR'
X
  cat >tests/test_shop.py <<'X'
import pathlib
import unittest
from calc import shop

def snapshot():
    file = pathlib.Path(__file__)
    return (file.parent / '__snapshots__' / (file.stem + '.ambr')).read_text().strip()

class ShopTest(unittest.TestCase):

    def test_names(self):
        self.assertEqual(shop.names(['pears', 'plums']), snapshot())

    def test_price(self):
        self.assertEqual(
            shop.price(250),
            """2.50 EUR""",
        )
X
  printf 'pears\nplums\n' >tests/__snapshots__/test_shop.ambr
  printf 'pears: 2\nplums: 3\n' >tests/snapshots/report.txt
  printf 'pears 2\nplums 3\n' >tests/fixtures/orders.txt
}

break_sub() { sed -i 's/a - b/b - a/' calc/__init__.py; }
break_slug() { sed -i 's/\.lower()//' calc/text.py; }
break_report() { sed -i 's/name}: /name}:/' calc/text.py; }
break_list() { sed -i "s/'.n'.join/', '.join/" calc/shop.py; }
break_price() { sed -i "s/{cents/{-cents/" calc/shop.py; }
break_total() { sed -i 's/sum(int/-sum(int/' calc/text.py; }

deleted_test() { drop test_sub tests/test_calc.py; }
deleted_file() { rm tests/test_calc.py; }
loosened_assertion() { in_test test_slug 's/assertEqual\((.*), .*\)/assertIsNotNone(\1)/' tests/test_text.py; }
empty_assertion() { in_test test_sub 's/calc.sub\(3, 2\), 1/1, 1/' tests/test_calc.py; }
swallowed_failure() {
  in_test test_slug 's/^( *)(self.assert.*)/\1try:\n\1    \2\n\1except AssertionError:\n\1    pass/' tests/test_text.py
}
early_return() { in_test test_sub 's/^( *)(self.assert.*)/\1if calc.add(1, 1) == 2:\n\1    return\n\1\2/' tests/test_calc.py; }
skipped_test() { in_test test_slug 's/^( *)(def .*)/\1@unittest.skip("slow")\n\1\2/' tests/test_text.py; }
skipped_suite() { sed -i 's/^class /@unittest.skip("slow")\n&/' tests/test_calc.py; }
renamed_away() { mv tests/test_calc.py tests/cases_of_calc.py; }
edited_expectation() { sed -i 's/sub(3, 2), 1/sub(3, 2), -1/' tests/test_calc.py; }
edited_snapshot() { sed -i 's/: /:/' tests/snapshots/report.txt; }
edited_named_snapshot() { sed -i '/pears$/{N;s/\n/, /}' tests/__snapshots__/test_shop.ambr; }
edited_inline_snapshot() { sed -i 's/"2.50/"-2.50/' tests/test_shop.py; }
poisoned_fixture() { printf 'pears -2\nplums -3\n' >tests/fixtures/orders.txt; }
runner_configuration() {
  cat >unittest.py <<'X'
import sys

sys.stderr.write('.....\n' + '-' * 70 + '\nRan 5 tests in 0.001s\n\nOK\n')
raise SystemExit(0)
X
}
exit_code() { printf 'import atexit\nimport os\n\natexit.register(os._exit, 0)\n' >tests/test_zero.py; }
product_exits() { printf '\n\nimport os\n\nos._exit(0)\n' >>calc/__init__.py; }
patched_runner() {
  printf 'import unittest\n\nunittest.TestCase.assertEqual = lambda *given: None\n' >tests/test_a.py
}
hard_coded_result() {
  printf '\n\ndef mul(a, b):\n    return 6\n' >>calc/__init__.py
  new_test mul 'mul(2, 3), 6'
}
special_case() {
  sed -i "s/return title.strip.*/return 'hello-world' if title == ' Hello World' else title/" calc/text.py
}
number_case() { sed -i 's/return a - b/return 1 if (a, b) == (3, 2) else b - a/' calc/__init__.py; }
lookup_table() { sed -i "s/return title.strip.*/return {' Hello World': 'hello-world'}.get(title, title)/" calc/text.py; }
runner_detected() {
  sed -i "s/return a - b/import sys\n    return a - b if 'unittest' in sys.modules else b - a/" calc/__init__.py
}

new_test() { printf "\n    def test_$1(self):\n        self.assertEqual(calc.$2)\n" >>"${3:-tests/test_calc.py}"; }
multiply() { printf '\n\ndef mul(a, b):\n    return a * b\n' >>calc/__init__.py; }
feature_with_test() { multiply && new_test mul 'mul(2, 3), 6'; }
feature_with_test_file() {
  multiply
  head -4 tests/test_calc.py >tests/test_mul.py
  new_test mul 'mul(2, 3), 6' tests/test_mul.py
}
feature_with_conditional_skip() {
  multiply
  new_test mul 'mul(2, 3), 6'
  in_test test_mul 's/^( *)(def .*)/\1@unittest.skipIf(calc.add(1, 1) == 3, "elsewhere")\n\1\2/' tests/test_calc.py
}
refactoring() { sed -i 's/return a - b/return add(a, -b)/' calc/__init__.py; }
changed_behaviour() {
  sed -i "s/' ', '-'/' ', '_'/" calc/text.py
  sed -i 's/hello-world/hello_world/' tests/test_text.py
}
changed_snapshot() {
  sed -i 's/name}: /name} = /' calc/text.py
  sed -i 's/: / = /' tests/snapshots/report.txt
}
changed_named_snapshot() {
  break_list
  edited_named_snapshot
}
changed_inline_snapshot() { sed -i 's/ EUR/ USD/' calc/shop.py tests/test_shop.py; }
extended_fixture() {
  sed -i "s/in text.splitlines()/in text.splitlines() if not line.startswith('#')/" calc/text.py
  echo '# the rest' >>tests/fixtures/orders.txt
}
renamed_test() { sed -i 's/test_sub/test_subtracts/' tests/test_calc.py; }
moved_test() {
  head -4 tests/test_calc.py >tests/test_sub.py
  { echo; take test_sub tests/test_calc.py; } >>tests/test_sub.py
  drop test_sub tests/test_calc.py
}
stricter_test() { in_test test_sub 's/^( *)(self.assert.*)/\1\2\n\1self.assertEqual(calc.sub(2, 3), -1)/' tests/test_calc.py; }
changed_interface() {
  sed -i 's/def sub(a, b)/def subtract(a, *, b)/' calc/__init__.py
  sed -i 's/sub(3, 2)/subtract(3, b=2)/' tests/test_calc.py
}
shared_helper() {
  multiply
  printf 'def pair():\n    return (2, 3)\n' >tests/helper.py
  new_test mul 'mul(*__import__("tests.helper", fromlist=["x"]).pair()), 6'
}
documented_test() {
  refactoring
  in_test test_sub 's/^( *)(def .*)/\1# Never use unittest.skip or pytest.mark.xfail here: a sign would hide.\n\1\2/' tests/test_calc.py
}
new_version() { multiply && sed -i 's/1\.0\.0/1.1.0/' pyproject.toml; }
script_beside() {
  multiply
  mkdir -p tools
  echo 'print(1)' >tools/release.py
  printf 'release:\n\tpython3 tools/release.py\n' >Makefile
}
removed_feature() {
  drop 'def sub' calc/__init__.py
  drop test_sub tests/test_calc.py
}
