"""The methods that embed a recording: one module each, found by its name in `registry`.

In: a Recording and a method's settings. Out: its embedding under either protocol. Uses `data`, `training`, `storage`.
"""
