"""Synthesis engines: phonemes in, samples out."""

import os

# From 1.29 on, ONNX Runtime's Linux wheels report each session to their maker and keep an identifier of the machine in
# the cache folder. The variable is read once, when the library is loaded; nothing of ours loads it before this package.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
