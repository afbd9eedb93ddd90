"""Training of encoders: label distances, losses, sampling of pairs, the networks, the loop and its checkpoints.

In: arrays of rates and labels. Out: embeddings of bins and the history of the loss. Uses `storage`.
"""
