"""Ratios, each measured in one run on one machine: against the floor, against a peer, and against a bare interpreter.

`python -m benchmarks` runs all and says which targets were met; see benchmarks/RESULTS.md for the last recorded run.
"""
