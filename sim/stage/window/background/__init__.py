"""What is computed while frames go on: within them for as long as they can spare, or beside the window."""
