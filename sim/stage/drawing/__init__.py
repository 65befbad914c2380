"""What pictures are drawn with: where things stand, and the lines, marks, ticks and contours in them."""
