echo "writing tests.sh and README.md"
cat > tests.sh <<'END'
#!/bin/sh
# Checks every greeting; ends with 1 at the first difference.
set -eu
cd "$(dirname "$0")"
expect() {
  [ "$1" = "$2" ] || { echo "expected '$1', got '$2'" >&2; exit 1; }
}
tab=$(printf '\t')
while IFS="$tab" read -r code hello goodbye; do
  expect "$hello, Ada" "$(sh greet.sh --lang "$code" Ada)"
  expect "$goodbye, Ada" "$(sh greet.sh --lang "$code" --bye Ada)"
done < words.txt
echo "all greetings are right"
END
cat > README.md <<'END'
# Greeter

A small shell program that greets people.

    sh greet.sh [--lang CODE] [--bye] NAME

`--lang` chooses the language (de, en, fr, it; default en), `--bye` says goodbye instead of hello. `sh tests.sh` checks all greetings.
END
