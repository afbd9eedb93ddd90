"""How a session's file is read: one module a format."""
