echo "writing lib/hello.sh"
mkdir -p lib
cat > lib/hello.sh <<'END'
# say_hello LANGUAGE NAME: prints the greeting; 2 for a language that words.txt does not have.
say_hello() {
  word=$(awk -F '\t' -v code="$1" '$1 == code { print $2 }' "${GREETER_HOME:-.}/words.txt")
  [ -n "$word" ] || { echo "greet: unknown language $1" >&2; return 2; }
  echo "$word, $2"
}
END
