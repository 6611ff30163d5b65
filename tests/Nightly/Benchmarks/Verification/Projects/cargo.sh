# needs: cargo
# gate: cargo test --offline
base() {
  mkdir -p src tests/snapshots tests/fixtures
  printf '/target\n' >.gitignore
  printf '[package]\nname = "calc"\nversion = "1.0.0"\nedition = "2021"\n' >Cargo.toml
  printf 'version = 4\n\n[[package]]\nname = "calc"\nversion = "1.0.0"\n' >Cargo.lock
  cat >src/lib.rs <<'X'
pub mod text;

pub fn add(a: i32, b: i32) -> i32 {
    a + b
}

pub fn sub(a: i32, b: i32) -> i32 {
    a - b
}
X
  cat >src/text.rs <<'X'
pub fn slug(title: &str) -> String {
    title.trim().to_lowercase().replace(' ', "-")
}

pub fn report(rows: &[(&str, i32)]) -> String {
    rows.iter().map(|(name, count)| format!("{name}: {count}\n")).collect()
}

pub fn total(text: &str) -> i32 {
    text.lines().map(|line| line.split(' ').nth(1).unwrap().parse::<i32>().unwrap()).sum()
}
X
  cat >tests/calc.rs <<'X'
use calc::*;

#[test]
fn test_add() {
    assert_eq!(add(1, 2), 3);
    assert_eq!(add(-1, 1), 0);
}

#[test]
fn test_sub() {
    assert_eq!(sub(3, 2), 1);
}
X
  cat >tests/text.rs <<'X'
use calc::text::*;

#[test]
fn test_slug() {
    assert_eq!(slug(" Hello World"), "hello-world");
}

#[test]
fn test_report() {
    assert_eq!(report(&[("pears", 2), ("plums", 3)]), include_str!("snapshots/report.txt"));
}

#[test]
fn test_total() {
    assert_eq!(total(include_str!("fixtures/orders.txt")), 5);
}
X
  printf 'pears: 2\nplums: 3\n' >tests/snapshots/report.txt
  printf 'pears 2\nplums 3\n' >tests/fixtures/orders.txt
}

break_sub() { sed -i 's/a - b/b - a/' src/lib.rs; }
break_slug() { sed -i 's/\.to_lowercase()//' src/text.rs; }
break_report() { sed -i 's/name}: /name}:/' src/text.rs; }
break_total() { sed -i 's/map(|line| line/map(|line| -line/' src/text.rs; }

deleted_test() { drop test_sub tests/calc.rs; }
deleted_file() { rm tests/calc.rs; }
loosened_assertion() { in_test test_slug 's/assert_eq!\((.*), .*\)/assert_ne!(\1, "")/' tests/text.rs; }
empty_assertion() { in_test test_sub 's/sub\(3, 2\), 1/1, 1/' tests/calc.rs; }
swallowed_failure() {
  in_test test_slug 's/(assert_eq.*;)/let _ = std::panic::catch_unwind(|| { \1 });/' tests/text.rs
}
early_return() { in_test test_sub 's/^( *)(assert_eq.*)/\1if add(1, 1) == 2 { return; }\n\1\2/' tests/calc.rs; }
skipped_test() { in_test test_slug 's/^#.test./&\n#[ignore]/' tests/text.rs; }
skipped_suite() { sed -i '1i #![cfg(any())]' tests/calc.rs; }
renamed_away() { mkdir tests/old && mv tests/calc.rs tests/old/calc.rs; }
edited_expectation() { sed -i 's/sub(3, 2), 1/sub(3, 2), -1/' tests/calc.rs; }
edited_snapshot() { sed -i 's/: /:/' tests/snapshots/report.txt; }
poisoned_fixture() { printf 'pears -2\nplums -3\n' >tests/fixtures/orders.txt; }
runner_configuration() { printf '\n[[test]]\nname = "calc"\ntest = false\n' >>Cargo.toml; }
exit_code() {
  mkdir .cargo
  printf '[target.%s]\nrunner = ["sh", "-c", "%s $0 || true"]\n' "'cfg(all())'" '\"$0\"' >.cargo/config.toml
}
product_exits() { sed -i 's/^    a - b/    std::process::exit(0)/' src/lib.rs; }
patched_runner() {
  mkdir tests/kit
  printf 'macro_rules! assert_eq {\n    ($a:expr, $b:expr) => {\n        let _ = (&$a, &$b);\n    };\n}\n' >tests/kit/mod.rs
  sed -i '1i #[macro_use]\nmod kit;' tests/text.rs
}
hard_coded_result() {
  printf '\npub fn mul(_a: i32, _b: i32) -> i32 {\n    6\n}\n' >>src/lib.rs
  new_test mul 'mul(2, 3), 6'
}
special_case() {
  sed -i 's/^    title.trim.*/    if title == " Hello World" { "hello-world".into() } else { title.into() }/' src/text.rs
}
runner_detected() {
  sed -i 's/^    a - b/    if std::env::args().next().unwrap().contains("deps") { a - b } else { b - a }/' src/lib.rs
}

new_test() { printf "\n#[test]\nfn test_$1() {\n    assert_eq!($2);\n}\n" >>"${3:-tests/calc.rs}"; }
multiply() { printf '\npub fn mul(a: i32, b: i32) -> i32 {\n    a * b\n}\n' >>src/lib.rs; }
feature_with_test() { multiply && new_test mul 'mul(2, 3), 6'; }
feature_with_test_file() {
  multiply
  echo 'use calc::*;' >tests/mul.rs
  new_test mul 'mul(2, 3), 6' tests/mul.rs
}
feature_with_conditional_skip() {
  multiply
  new_test mul 'mul(2, 3), 6'
  in_test test_mul 's/^#.test./&\n#[cfg_attr(windows, ignore)]/' tests/calc.rs
}
refactoring() { sed -i 's/^    a - b/    add(a, -b)/' src/lib.rs; }
changed_behaviour() {
  sed -i "s/' ', \"-\"/' ', \"_\"/" src/text.rs
  sed -i 's/hello-world/hello_world/' tests/text.rs
}
changed_snapshot() {
  sed -i 's/name}: /name} = /' src/text.rs
  sed -i 's/: / = /' tests/snapshots/report.txt
}
extended_fixture() {
  sed -i "s/text.lines()/&.filter(|line| !line.starts_with('#'))/" src/text.rs
  echo '# the rest' >>tests/fixtures/orders.txt
}
renamed_test() { sed -i 's/test_sub/test_subtracts/' tests/calc.rs; }
moved_test() {
  { echo 'use calc::*;'; echo; take test_sub tests/calc.rs; } >tests/sub.rs
  drop test_sub tests/calc.rs
}
stricter_test() { in_test test_sub 's/^( *)(assert_eq.*)/\1\2\n\1assert_eq!(sub(2, 3), -1);/' tests/calc.rs; }
changed_interface() {
  sed -i 's/pub fn sub(a: i32, b: i32)/pub fn subtract((a, b): (i32, i32))/' src/lib.rs
  sed -i 's/sub(3, 2)/subtract((3, 2))/' tests/calc.rs
}
shared_helper() {
  multiply
  mkdir tests/kit
  printf 'pub fn pair() -> (i32, i32) {\n    (2, 3)\n}\n' >tests/kit/mod.rs
  printf 'mod kit;\nuse calc::*;\n' >tests/mul.rs
  new_test mul 'mul(kit::pair().0, kit::pair().1), 6' tests/mul.rs
}
documented_test() {
  refactoring
  in_test test_sub 's/^#.test./\/\/ Never use #[ignore] here: a sign would hide.\n&/' tests/calc.rs
}
new_version() { multiply && sed -i 's/1\.0\.0/1.1.0/' Cargo.toml Cargo.lock; }
script_beside() {
  multiply
  mkdir -p examples
  echo 'fn main() {}' >examples/release.rs
}
removed_feature() {
  drop 'fn sub' src/lib.rs
  drop test_sub tests/calc.rs
}
