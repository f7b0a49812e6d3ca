#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin exports its entry and nothing else.
# usage: exports.sh BUILD-FOLDER
n=0
echo "TAP version 13"
for plugin in "$1"/plugins/*/assay-*.so "$1"/data/plugin-template/assay-*.so; do
  [ -f "$plugin" ] || continue
  n=$((n + 1))
  symbols=$(nm -D --defined-only "$plugin" | awk '{ print $NF }' | grep -v '^__\(odr_\)\?[alu]*san' | tr '\n' ' ')
  if [ "$symbols" = "assay_plugin_entry " ]; then
    echo "ok $n /exports/$(basename "$plugin")"
  else
    echo "# $symbols"
    echo "not ok $n /exports/$(basename "$plugin")"
  fi
done
echo "1..$n"
