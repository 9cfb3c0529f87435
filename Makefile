# The commands of edged. Each does all the set-up it needs; set-up that is done already takes no time.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-bench setup-quantize cuda demo test soak bench lock clean

BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --upgrade

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## system packages, virtual environment, default voice: leaves a working .venv/bin/edged
	@requirements/system.sh run
	@requirements/python.sh run
	@$(BIN)/edged voices install heart

setup-test: ## setup, and what the tests need
	@requirements/system.sh test
	@requirements/python.sh test
	@$(BIN)/edged voices install heart

setup-bench: setup-test ## setup-test, and what edged is compared with
	@requirements/python.sh bench

setup-quantize: setup-test ## setup-test, and what makes and compares quantised voices (300 MB)
	@requirements/python.sh quantize

cuda: setup ## CUDA and cuDNN for a PC whose NVIDIA card has only its driver (2 GB)
	@requirements/python.sh cuda

demo: setup ## speak three reminders through a private broker
	@$(BIN)/python -m edged.commands.demo

test: setup-test ## every check and every test but the slow ones
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow" $(ARGS)

soak: setup-test ## the slow tests
	$(BIN)/python -m pytest -m slow $(ARGS)

bench: setup-bench ## every figure of the README on this machine (15 min; ARGS=--quick: 3 min)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lock: setup ## resolve requirements/*.in anew to the newest releases; needs the network
	@$(BIN)/python -m pip install --quiet --no-deps uv==0.13.9
	$(LOCK) requirements/build.in -o requirements/build.txt
	$(LOCK) --no-deps requirements/onnxruntime-cpu.in -o requirements/onnxruntime-cpu.txt
	$(LOCK) --no-deps requirements/onnxruntime-gpu.in -o requirements/onnxruntime-gpu.txt
	$(LOCK) --no-emit-package onnxruntime requirements/run.in -o requirements/run.txt
	$(LOCK) --no-emit-package onnxruntime requirements/test.in -o requirements/test.txt
	$(LOCK) --no-emit-package onnxruntime requirements/bench.in -o requirements/bench.txt
	$(LOCK) --no-emit-package onnxruntime requirements/quantize.in -o requirements/quantize.txt
	$(LOCK) --no-emit-package onnxruntime-gpu requirements/cuda.in -o requirements/cuda.txt

clean: ## remove what set-up and the tests made here (not the voices in the state directory)
	rm -rf .venv .setup build dist demo-output *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find edged quantize tests -name __pycache__ -type d -prune -exec rm -rf {} +
