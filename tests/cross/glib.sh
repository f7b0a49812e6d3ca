#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# glib.sh DIR: unpacks Debian's GLib for arm64 into DIR, from the system's sources; the system stays as it is.
set -eu
root=$1
[ ! -e "$root/done" ] || exit 0
mkdir -p "$root/state/lists/partial" "$root/cache/archives/partial"
cd "$root"
arm64 () {
  apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$PWD/state" \
    -o Dir::State::status=/dev/null -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User=root "$@"
}
arm64 update
arm64 download libglib2.0-0 libglib2.0-dev libpcre2-8-0 libpcre2-dev libutf8proc2 libutf8proc-dev
for package in *.deb; do
  dpkg -x "$package" .
done
rm -rf state cache ./*.deb
touch done
