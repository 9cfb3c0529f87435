#!/bin/sh
# Installs the unit and the default settings on this machine; settings that are there stay. Safe to run again. Needs root.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
install -D -m 644 "$here/edged.service" /etc/systemd/system/edged.service
install -D -m 644 "$here/edged.sysusers.conf" /etc/sysusers.d/edged.conf
install -D -m 644 "$here/edged.tmpfiles.conf" /etc/tmpfiles.d/edged.conf
if [ ! -e /etc/edged/edged.yaml ]; then
    install -D -m 644 "$here/../configs/edged.yaml" /etc/edged/edged.yaml
fi
systemd-sysusers /etc/sysusers.d/edged.conf
systemd-tmpfiles --create /etc/tmpfiles.d/edged.conf
systemctl daemon-reload
systemctl enable edged.service
if [ ! -x /opt/edged/.venv/bin/edged ]; then
    echo "next: put this folder at /opt/edged, run 'make setup' there, then 'systemctl start edged'" >&2
fi
