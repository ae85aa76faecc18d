# POSIX recipes; works with the make 3.81 of macOS too.
.POSIX:
.SUFFIXES:
.PHONY: help setup setup-run run demo test check bench lock clean

unexport PYTHONDONTWRITEBYTECODE

PY = .venv/bin/python
ARGS =

help:
	@echo 'make run     start Kangban with the invented demo family (ARGS="--port 8080" adds options)'
	@echo 'make test    every test (ARGS="-k name" adds options)'
	@echo 'make check   ruff, types, imports, dependencies, sizes, pack proofs'
	@echo 'make bench   measure; writes a dated file into benchmarks/results'
	@echo 'make setup   the environment in .venv, development tools included'
	@echo 'make lock    choose versions anew and write the hashed requirement files'
	@echo 'make clean   remove caches; the environment stays'

setup:
	@sh scripts/setup.sh

setup-run:
	@sh scripts/setup.sh run

run: setup-run
	@exec .venv/bin/kangban serve --demo $(ARGS)

demo: run

test: setup
	@exec $(PY) -m pytest $(ARGS)

check: setup
	@sh scripts/check.sh

bench: setup
	@exec $(PY) -m benchmarks.run $(ARGS)

lock:
	@sh scripts/lock.sh

clean:
	rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find src tests benchmarks \( -name __pycache__ -o -name .compiled \) -type d -prune -exec rm -rf {} +
