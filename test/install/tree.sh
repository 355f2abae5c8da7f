# A copy of the source as a commit would have it: what git tracks and what it does not ignore. Needs git, $root, $work.

# is_checkout: there is git, and the source is a repository of its own (not a tarball inside of another one).
is_checkout() {
  command -v git >/dev/null && top=$(git -C "$root" rev-parse --show-toplevel 2>/dev/null) && [ "$top" -ef "$root" ]
}

# copy_tree FOLDER
copy_tree() {
  mkdir -p "$1" && git -C "$root" ls-files -z --cached --others --exclude-standard --deduplicate >"$work/names" &&
    (cd "$root" && tar --create --null --verbatim-files-from --ignore-failed-read --files-from="$work/names") |
    tar --extract --directory="$1"
}

# commit_tree FOLDER: the copy becomes a repository of one commit.
commit_tree() {
  git -C "$1" init -q && git -C "$1" add --all --force &&
    git -C "$1" -c user.name=test -c user.email=test@example.org commit -q -m 'As it is'
}
