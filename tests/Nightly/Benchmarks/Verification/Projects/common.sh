# Functions that the projects share. A test is a paragraph of its file: blank lines stand around it and none in it.

# drop WORD FILE: removes the paragraphs with a word.
drop() {
  awk -v word="$1" 'BEGIN { RS = ""; ORS = "\n\n" } index($0, word) == 0' "$2" >"$2.new"
  mv "$2.new" "$2"
}

# take WORD FILE: prints the paragraphs with a word.
take() { awk -v word="$1" 'BEGIN { RS = ""; ORS = "\n\n" } index($0, word)' "$2"; }

# in_test WORD EXPRESSION FILE: edits the paragraphs with a word by sed.
in_test() {
  EDIT="$2" awk -v word="$1" 'BEGIN { RS = ""; ORS = "\n\n"; edit = ENVIRON["EDIT"] }
    index($0, word) { command = "sed -E '\''" edit "'\''"; print | command; close(command); next } { print }' "$3" >"$3.new"
  mv "$3.new" "$3"
}
