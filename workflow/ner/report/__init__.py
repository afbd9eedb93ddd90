"""The pages of a run: the verification as a page to read, what each file is, what the jobs took.

In: tables of a finished run. Out: HTML, Markdown and CSV. Uses every stage but `figures`.
"""
