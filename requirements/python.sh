#!/usr/bin/env bash
# Makes .venv and installs the locked packages: requirements/python.sh run|test|bench|quantize|cuda
#   PYTHON=…              interpreter of the virtual environment
#   EDGED_RUNTIME=auto|cpu|gpu|none   which ONNX Runtime (auto: gpu where an NVIDIA GPU is, else cpu)
#   EDGED_ORT_WHEEL=…     path of a wheel to use instead (Jetson)
# What is done already is remembered in .venv/.edged/ under the checksum of what it was made from.
set -euo pipefail

VENV=.venv
STAMPS=$VENV/.edged
LOG=.setup/pip.log
# Settings of the user's that would send packages elsewhere or contradict the lock; the configured index stays.
unset PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_BINARY PIP_ONLY_BINARY PIP_NO_DEPS PIP_QUIET PIP_VERBOSE PYTHONPATH PYTHONHOME
export PIP_USER=0 PIP_REQUIRE_HASHES=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$*" >&2; }

pip() { # its words in the log; on the screen what it fetches and builds, and the end of the log if it fails
    if ! "$VENV/bin/python" -m pip "$@" 2>&1 | tee -a "$LOG" | show >&2; then
        tail -n 20 "$LOG" >&2
        say "pip failed; all its words are in $LOG"
        return 1
    fi
}

show() {
    sed -u -n -e 's/^ *Downloading \([^ ]*\/\)\{0,1\}\([^ /]*\) \(([^)]*)\)$/  fetching \2 \3/p' \
        -e 's/^ *Building wheel for \([^ ]*\) .*started.*/  building \1/p'
}

locked() { # installs exactly what the lock files say: nothing resolved, nothing built from unpinned tools
    local files=() file
    for file in "$@"; do files+=(-r "requirements/$file.txt"); done
    pip install --require-hashes --no-deps --no-build-isolation "${files[@]}"
}

checksum() { cat "$@" | sha256sum | cut -d ' ' -f 1; }

once() { # once NAME CHECKSUM COMMAND…: runs the command unless it succeeded before from the same material
    local stamp=$STAMPS/$1 key=$2
    shift 2
    if [[ -f $stamp && $(<"$stamp") == "$key" ]]; then return; fi
    rm -f "$stamp"
    "$@"
    printf '%s' "$key" >"$stamp"
}

usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }

choose_python() { # the system's own first: system users can execute it, unlike one in somebody's home
    local candidate
    for candidate in ${PYTHON:-/usr/bin/python3 python3}; do
        if usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "no usable Python: 3.10 or newer with its venv module is needed (looked at: ${PYTHON:-/usr/bin/python3, python3})"
    return 1
}

make_venv() {
    local base=$1 wanted found
    wanted=$("$base" -c 'import sys; print(sys.base_prefix, *sys.version_info[:2])')
    found=$("$VENV/bin/python" -c 'import sys, pip; print(sys.base_prefix, *sys.version_info[:2])' 2>/dev/null || true)
    if [[ $found != "$wanted" ]]; then
        say "making the virtual environment in $VENV with $base"
        rm -rf "$VENV"
        "$base" -m venv "$VENV"
    fi
    mkdir -p "$STAMPS"
}

is_jetson() { [[ -e /etc/nv_tegra_release ]] || grep -qa nvidia,tegra /proc/device-tree/compatible 2>/dev/null; }

has_nvidia() {
    [[ -e /dev/nvidia0 || -e /proc/driver/nvidia/version ]] || nvidia-smi -L 2>/dev/null | grep -q '^GPU'
}

has_cuda() {
    compgen -G "$VENV/lib/python*/site-packages/nvidia/cudnn*/lib/libcudnn.so.9" >/dev/null ||
        ldconfig -p 2>/dev/null | grep -qF libcudnn.so.9
}

choose_runtime() { # prints cpu, gpu, none or the path of a wheel; what was asked for once stays until `auto`
    local choice
    choice=${EDGED_RUNTIME:-${EDGED_ORT_WHEEL:+$(realpath -e "$EDGED_ORT_WHEEL")}} || return 1
    if [[ -z $choice && -f $STAMPS/choice ]]; then choice=$(<"$STAMPS/choice"); fi
    case $choice in
    cpu | gpu | none | *.whl) printf '%s' "$choice" | tee "$STAMPS/choice" ;;
    auto | "") rm -f "$STAMPS/choice" && detect_runtime ;;
    *) say "EDGED_RUNTIME is auto, cpu, gpu or none, and EDGED_ORT_WHEEL a wheel, not $choice" && return 1 ;;
    esac
}

detect_runtime() {
    if is_jetson; then
        explain_jetson
        printf cpu
    elif has_nvidia; then
        printf gpu
    else
        printf cpu
    fi
}

explain_jetson() {
    say "This is a Jetson. The onnxruntime-gpu of the ordinary package index has no code for its GPU, so the CPU build"
    say "is installed for now. For the GPU, take a wheel made for this JetPack and run: EDGED_ORT_WHEEL=FILE make setup"
    say "  JetPack 6: the Jetson AI Lab package index, folder jp6/cu126 (Python 3.10) or jp6/cu129"
    say "  JetPack 7: build it with jetson-containers (package onnxruntime), GPU architectures 87 (Orin) and 110 (Thor)"
}

runtimes() { # every ONNX Runtime in the environment: they share one folder, so two of them break each other
    local entry
    for entry in "$VENV"/lib/python*/site-packages/onnxruntime*.dist-info; do
        if [[ -d $entry ]]; then entry=${entry##*/} && printf '%s\n' "${entry%%-[0-9]*}"; fi
    done
}

install_runtime() {
    local kind=$1 wanted present
    case $kind in
    cpu) wanted=onnxruntime ;;
    gpu) wanted=onnxruntime_gpu ;;
    none) wanted= ;;
    *) wanted=${kind##*/} wanted=${wanted%%-[0-9]*} ;;
    esac
    mapfile -t present < <(runtimes)
    if [[ ${present[*]} != "$wanted" ]]; then
        rm -f "$STAMPS/runtime"
        if ((${#present[@]})); then pip uninstall -y "${present[@]}"; fi
    fi
    case $kind in
    cpu | gpu) once runtime "$(checksum "requirements/onnxruntime-$kind.txt")" locked "onnxruntime-$kind" ;;
    none) ;;
    *) once runtime "$kind" pip install --no-deps --force-reinstall "$kind" ;;
    esac
    if [[ $kind == gpu ]] && ! has_cuda; then
        say "cuDNN 9 is not installed: speech runs on the CPU until \`make cuda\` has fetched it (2 GB)"
    fi
}

main() {
    local kind=${1:?run, test, bench, quantize or cuda} runtime
    mkdir -p .setup
    make_venv "$(choose_python)"
    : >"$LOG"
    once build "$(checksum requirements/build.txt)" locked build
    once run "$(checksum requirements/run.txt)" locked run
    if [[ $kind != run ]]; then once "$kind" "$(checksum "requirements/$kind.txt")" locked "$kind"; fi
    runtime=$(choose_runtime)
    install_runtime "$runtime"
    once project "$(checksum pyproject.toml edged/__init__.py models/*.yaml)" pip install --no-deps --no-build-isolation -e .
}

cd "$(dirname "$0")/.."
main "$@"
