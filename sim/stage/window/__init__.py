"""The window, and what goes on beside it: counting, recording, documents that come and go."""
