#!/bin/sh
# Runs the CLI of this folder, also by a symbolic link to this file. It takes the Node of this folder, or the one on the PATH.
set -eu
self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
lib=$(CDPATH='' cd -- "$(dirname "$self")/lib" && pwd -P)
node=$lib/node
if [ ! -x "$node" ]; then
  if ! node=$(command -v node); then
    echo 'error: there is no node on the PATH, and this archive has none inside: install Node 24 or newer' >&2
    exit 2
  fi
fi
exec "$node" "$lib/argocd-dingtalk.js" "$@"
