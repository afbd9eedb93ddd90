"""The models as scikit-learn estimators, from arrays to embeddings: what `import ner` offers and the methods call.

In: arrays of rates and labels. Out: fitted models, their embeddings and files. Uses `training` and `storage`.
"""
