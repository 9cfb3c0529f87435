#!/usr/bin/env bash
# Installs the missing Debian or Ubuntu packages: requirements/system.sh run|test
# Starts no service, and leaves mosquitto and pulseaudio disabled if it was this script that installed them.
set -euo pipefail

RUN=(python3-venv python3-dev gcc libc6-dev pkg-config libsystemd-dev libasound2-dev # to build two Python packages
     libasound2-plugins alsa-utils mosquitto mosquitto-clients)                      # sound servers, broker of the demo
RUN_OPTIONAL=(espeak-ng) # a separate program (GPL-3), never linked: more languages, and the voice of last resort
TEST=(openssl systemd-container dbus espeak-ng)
TEST_OPTIONAL=(pulseaudio pulseaudio-utils) # clash with PipeWire's own packages on some desktops
POLICY=/usr/sbin/policy-rc.d
MARK="edged set-up: no service starts while its packages are installed; removed afterwards"

say() { printf '%s\n' "$*" >&2; }

missing() { # prints those of the named packages that are not installed
    local package
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
    done
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

forbid_services() { # a policy that is already there belongs to somebody else and stays, unless it is a left-over of ours
    if [[ -e $POLICY ]] && ! grep -qF "$MARK" "$POLICY"; then return; fi
    printf '#!/bin/sh\n# %s\nexit 101\n' "$MARK" | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
}

allow_services() {
    if [[ -e $POLICY ]] && grep -qF "$MARK" "$POLICY"; then as_root rm -f "$POLICY"; fi
}

disable_broker() { # the second way serves where systemd is not installed (yet)
    if [[ -n $(missing mosquitto) ]]; then return; fi
    as_root systemctl disable mosquitto.service >>"$LOG" 2>&1 ||
        as_root update-rc.d mosquitto disable >>"$LOG" 2>&1 || true
    if compgen -G '/etc/systemd/system/*.wants/mosquitto.service' >/dev/null; then
        say "mosquitto.service could not be disabled: it will start with the machine (see $LOG)"
    fi
}

apt() { # --no-remove: set-up never takes a package away
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >>"$LOG" 2>&1
}

install() { # one transaction, its words in the log, shown if it fails
    say "installing system packages: $*"
    if ! apt install --no-install-recommends --no-remove "$@"; then
        tail -n 15 "$LOG" >&2
        return 1
    fi
}

disable_sound_server() { # for the tests only: nobody's sound may change because of it
    if [[ -n $(missing pulseaudio) ]]; then return; fi
    as_root systemctl --global disable pulseaudio.service pulseaudio.socket >>"$LOG" 2>&1 || true
}

restore() {
    allow_services
    if [[ $OURS == *" mosquitto "* ]]; then disable_broker; fi
    if [[ $OURS == *" pulseaudio "* ]]; then disable_sound_server; fi
}

main() {
    local kind=${1:?run or test} wanted=("${RUN[@]}") optional=("${RUN_OPTIONAL[@]}") needed
    if [[ $kind == test ]]; then wanted=("${RUN[@]}" "${TEST[@]}") optional=("${TEST_OPTIONAL[@]}"); fi
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian or Ubuntu system: install the equivalents of these yourself: ${wanted[*]}"
        return 0
    fi
    mapfile -t needed < <(missing "${wanted[@]}")
    mapfile -t optional < <(missing "${optional[@]}")
    if ((${#needed[@]} + ${#optional[@]} == 0)); then
        allow_services # a run that was killed may have left its policy
        return 0
    fi
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        say "these packages are missing; ask an administrator to run: apt-get install ${needed[*]} ${optional[*]}"
        return $((${#needed[@]} > 0))
    fi
    mkdir -p .setup
    LOG=.setup/apt.log OURS=" ${needed[*]} ${optional[*]} "
    : >"$LOG"
    trap restore EXIT
    forbid_services
    say "reading the package lists"
    apt update || say "the package lists could not be renewed; trying with the old ones (see $LOG)"
    if ((${#needed[@]})); then install "${needed[@]}"; fi
    if ((${#optional[@]})); then install "${optional[@]}" || say "going on without: what needs them is left out"; fi
}

cd "$(dirname "$0")/.."
main "$@"
