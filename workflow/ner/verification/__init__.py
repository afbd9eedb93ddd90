"""Results held against the published ones, value by value, and what is odd in the published analysis.

In: tables of this run and of the authors. Out: tables of differences with verdicts. Uses `published`, `decoding`,
`data` and `storage`.
"""
