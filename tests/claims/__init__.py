"""The numbers in README.md and docs/: each a sentence or table row, filled from the tables of results/reference."""
