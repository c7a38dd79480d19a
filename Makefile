# Two commands: `make demo` trains the GCN on the karate club and leaves a report; `make test` passes the tests.
# Everything else they need they set up themselves, in .venv; nothing is done twice.

PYTHON ?= python3
CXX ?= c++
BIN := .venv/bin
SOURCES := CMakeLists.txt $(wildcard csrc/core/*.h csrc/torch/*)
PYTHON_CODE := src tests benchmarks examples docs
HOOK := --jaxtyping-packages=edgewise,beartype.beartype

.PHONY: help demo test test-fast lint format bench reproduce docs sanitize wheel clean
.DEFAULT_GOAL := help

help: ## Say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: .venv/.built ## Train the GCN on the karate club; leaves runs/karate-NNN/report.html
	@$(BIN)/edgewise train karate

test: .venv/.built ## Run every test: with shapes checked, then compilation and messages without
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not unhooked" --doctest-modules $(HOOK) tests src/edgewise
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m unhooked tests

lint: .venv/.built ## Check style, types and C++ formatting
	@$(BIN)/ruff check $(PYTHON_CODE)
	@$(BIN)/ruff format --check $(PYTHON_CODE)
	@$(BIN)/mypy
	@$(BIN)/clang-format --dry-run --Werror csrc/*/*

format: .venv/.built ## Rewrite Python and C++ in the house style
	@$(BIN)/ruff check --fix-only $(PYTHON_CODE)
	@$(BIN)/ruff format $(PYTHON_CODE)
	@$(BIN)/clang-format -i csrc/*/*

bench: .venv/.built ## Time us and the peers in turn; prints ratios
	@$(BIN)/python -m benchmarks

reproduce: .venv/.built ## Get published results again: what is missing, or ROW=cora-gcn; writes docs/results.md
	@$(BIN)/python -m examples.reproduce $(ROW)

docs: .venv/.built .venv/.docs ## Build the site into build/docs; the code of its pages runs meanwhile
	@$(BIN)/python -m sphinx -q -n -W --keep-going -d build/doctrees docs build/docs
	@echo "docs: build/docs/index.html"

sanitize: .venv/.deps ## Run the unit tests of csrc/core under ASan + UBSan, then TSan
	@for kind in address,undefined thread; do \
	  $(BIN)/cmake -S . -B build/sanitize-$$kind -DEDGEWISE_TESTS=ON -DEDGEWISE_SANITIZE=$$kind >/dev/null \
	  && $(BIN)/cmake --build build/sanitize-$$kind -j 2 >/dev/null \
	  && $(BIN)/ctest --test-dir build/sanitize-$$kind --output-on-failure -Q && echo "sanitize: $$kind is clean" \
	  || exit 1; done

wheel: .venv/.deps ## Build the wheel into dist/
	@$(BIN)/python -m pip wheel -qq --no-build-isolation --no-deps -w dist .
	@ls dist/*.whl

clean: ## Remove everything that was built
	rm -rf .venv build dist runs

.venv/.deps: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "edgewise: no $(PYTHON) found; install it: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "edgewise: Python >= 3.10 needed; choose one: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "edgewise: Python's venv is missing; install it: apt-get install python3-venv"; exit 1; }
	@command -v $(CXX) >/dev/null || { echo "edgewise: no C++20 compiler found; install one: apt-get install g++"; exit 1; }
	@echo 'int main() { return [](auto x) requires true { return x; }(0); }' | $(CXX) -std=c++20 -x c++ -fsyntax-only - 2>/dev/null || { echo "edgewise: $(CXX) knows no C++20; install a newer one: apt-get install g++"; exit 1; }
	@echo "edgewise: setting up .venv (once; a few minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install -qq -c constraints.txt torch
	@$(BIN)/python -m pip install -qq -c constraints.txt --group build --group dev
	@touch $@

.venv/.docs: .venv/.deps
	@$(BIN)/python -m pip install -qq -c constraints.txt --group docs
	@touch $@

# An editable install knows the modules that there were: it is made again when one comes or goes.
.venv/.modules: .venv/.deps FORCE
	@find src -name '*.py' | sort | cmp -s - $@ || find src -name '*.py' | sort > $@

FORCE:

.venv/.built: .venv/.deps .venv/.modules $(SOURCES)
	@echo "edgewise: compiling the kernels and installing (editable)"
	@$(BIN)/python -m pip install -qq -c constraints.txt --no-build-isolation -e .
	@touch $@
