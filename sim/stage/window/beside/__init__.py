"""What computes beside the window, in threads and processes, while frames go on."""
