echo "writing lib/goodbye.sh"
mkdir -p lib
cat > lib/goodbye.sh <<'END'
# say_goodbye LANGUAGE NAME: prints the farewell; 2 for a language that words.txt does not have.
say_goodbye() {
  word=$(awk -F '\t' -v code="$1" '$1 == code { print $3 }' "${GREETER_HOME:-.}/words.txt")
  [ -n "$word" ] || { echo "greet: unknown language $1" >&2; return 2; }
  echo "$word, $2"
}
END
