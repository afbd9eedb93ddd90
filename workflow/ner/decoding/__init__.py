"""Decoding of movements from embeddings."""

from ner.decoding.knn import KNeighborsClassifierCV, KNeighborsRegressorCV

__all__ = ["KNeighborsClassifierCV", "KNeighborsRegressorCV"]
