#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh BUILD: what is installed works from any folder, with no variable set.
set -u
build=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
n=0
ok () { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n /install/$2"; else echo "not ok $n /install/$2"; fi; }
skip () { n=$((n + 1)); echo "ok $n /install/$1 # SKIP $2"; }
bare () { env -i HOME="$root/home" PATH=/usr/bin:/bin ASAN_OPTIONS="${ASAN_OPTIONS:-}" LSAN_OPTIONS="${LSAN_OPTIONS:-}" "$@"; }

echo "TAP version 13"
echo "1..7"
DESTDIR="$root/first" meson install -C "$build" --no-rebuild --quiet > "$root/log" 2>&1
ok $? installs
mv "$root/first" "$root/moved" # any prefix: not even the one it was installed to
prefix=$(dirname "$(dirname "$(find "$root/moved" -path '*/bin/assay' -type f)")")
bare "$prefix/bin/assay" doctor > "$root/doctor" 2>&1
ok $? finds-its-programs-and-plugins-when-moved
sed 's/^/# /' "$root/doctor"
bare "$prefix/bin/assay" run graph-backup --preset golden > "$root/run" 2>&1
ok $? runs-a-study-when-moved
sed 's/^/# /' "$root/run"
pages=$(find "$prefix" -name 'assay*.1' ! -name 'assay-studio.1' | wc -l)
verbs=$(bare "$prefix/bin/assay" --help | grep -c '^  [a-z]')
[ "$pages" = $((verbs + 1)) ]
ok $? has-a-man-page-for-every-verb
if command -v mandoc > /dev/null; then
  find "$prefix" -name 'assay*.1' -exec mandoc -T lint -W error {} + > "$root/lint" 2>&1
  ok $? man-pages-are-well-formed
else
  skip man-pages-are-well-formed "no mandoc"
fi
if command -v bash > /dev/null; then
  completion=$(find "$prefix" -name assay.bash)
  found=$(bare PATH="$prefix/bin:/usr/bin:/bin" bash -c ". $completion; COMP_WORDS=(assay cla); COMP_CWORD=1; _assay; echo \${COMPREPLY[0]}")
  [ "$found" = claims ]
  ok $? completion-completes
else
  skip completion-completes "no bash"
fi
if [ -x "$prefix/bin/assay-studio" ] && command -v xvfb-run > /dev/null && command -v dbus-run-session > /dev/null; then
  cat > "$root/open-and-quit" <<'TEXT'
"$1" --workspace "$2" &
studio=$!
for _ in $(seq 100); do
  kill -0 $studio || break
  gdbus call --session --dest org.assay.Studio --object-path /org/assay/Studio \
    --method org.gtk.Actions.Activate quit '[]' '{}' && break
  sleep 0.1
done
wait $studio
TEXT
  bare GDK_BACKEND=x11 GSK_RENDERER=cairo GSETTINGS_BACKEND=memory ADW_DISABLE_PORTAL=1 XDG_RUNTIME_DIR="$root" \
    xvfb-run -a dbus-run-session -- sh "$root/open-and-quit" "$prefix/bin/assay-studio" "$root/workspace" \
    > "$root/studio" 2>&1
  ok $? desktop-opens-when-moved
  sed 's/^/# /' "$root/studio"
else
  skip desktop-opens-when-moved "no desktop, or no xvfb"
fi
