"""Whether a recording can be what it says: warnings of what is odd, refusals of what cannot be right.

Each check stands for well-formed files that would give good-looking numbers of the wrong thing.
"""
