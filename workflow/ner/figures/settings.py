"""Settings that several kinds of figure share, as JSON-schema properties."""

RECORDING = {
    "description": "the recording shown; `example` is the one that config names so",
    "type": "string",
    "refers": "recording",
    "default": "example",
}
METHOD = {"description": "the method shown", "type": "string", "refers": "method"}
METHODS = {
    "description": "the methods shown, in order",
    "title": "a non-empty list of different methods",
    "type": "array",
    "items": {"type": "string"},
    "minItems": 1,
    "uniqueItems": True,
    "refers": "method",
}
GROUP = {"description": "the group of recordings shown", "type": "string", "refers": "group"}
DECODER = {
    "description": "the decoder of `decoders` by which movements are decoded",
    "type": "string",
    "refers": "decoder",
    "default": "linear",
}
#: Held-out trials unless the paper's way is asked for.
PROTOCOL = {"description": "the protocol shown", "enum": ["paper", "strict"], "default": "strict"}
PROTOCOL_ACROSS = {
    "description": "the protocol shown, one of `decoding.across.protocols`",
    "type": "string",
    "default": "strict",
}
SEED = {
    "description": "the seed shown",
    "title": "a whole number from 0 to 2^32 - 1",
    "type": "integer",
    "minimum": 0,
    "maximum": 2**32 - 1,
    "default": 0,
}
