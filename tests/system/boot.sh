#!/bin/bash
# Boots a real systemd in a container on a throw-away overlay of /, again and again until DIR/stop exists.
# usage: boot.sh DIR NAME TARGET [systemd-nspawn argument]...     (root, in a mount namespace of its own)
set -eu
DIR=$1 NAME=$2 TARGET=$3
shift 3
# The overlay lives in memory, for as long as this namespace: it survives reboots and crashes of the container.
mount -t tmpfs -o mode=755 tmpfs "$DIR/overlay"
mkdir "$DIR/overlay/upper" "$DIR/overlay/work" "$DIR/overlay/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$DIR/overlay/upper,workdir=$DIR/overlay/work" "$DIR/overlay/root"
rm -f "$DIR/overlay/root/etc/machine-id"
tr -d - </proc/sys/kernel/random/uuid >"$DIR/overlay/root/etc/machine-id"
tar -C "$DIR/overlay/root" -xf "$DIR/files.tar"
# systemd wants the unified hierarchy, whatever the host has.
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
GROUP=/sys/fs/cgroup/$NAME
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
clear_group() { if [ -d "$GROUP" ]; then find "$GROUP" -depth -type d -exec rmdir {} \; ; fi; }
while [ ! -e "$DIR/stop" ]; do
    clear_group
    mkdir "$GROUP"
    (
        echo "$BASHPID" >"$GROUP/cgroup.procs"
        exec systemd-nspawn --quiet --directory="$DIR/overlay/root" --boot --machine="$NAME" --register=no --keep-unit \
            --private-network --capability=all --system-call-filter=bpf --link-journal=no --console=pipe "$@" \
            "systemd.unit=$TARGET"
    ) || true
done
clear_group
