# shellcheck shell=bash
# For the scripts beside it: installs what a measurement needs and the machine lacks.

# install_missing COMMAND:PACKAGE...
# One by one: one that cannot be had must not keep the others away. Nothing is started by installing: that is forbidden for the while.
install_missing() {
  local need package policy=/usr/sbin/policy-rc.d mine=false updated=false
  for need in "$@"; do
    command -v "${need%%:*}" >/dev/null && continue
    package="${need##*:}"
    if [[ "$(id -u)" != 0 ]] || ! command -v apt-get >/dev/null; then
      echo "bench: ${need%%:*} is missing; install it as root: apt-get install --no-install-recommends $package" >&2
      continue
    fi

    if [[ ! -e "$policy" ]]; then
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod 755 "$policy"
      mine=true
    fi

    export DEBIAN_FRONTEND=noninteractive
    if ! $updated; then apt-get -q update >&2 || true; fi
    updated=true
    apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$package" >&2 || echo "bench: $package could not be installed; going on without it" >&2
  done
  if $mine; then rm -f "$policy"; fi
}
