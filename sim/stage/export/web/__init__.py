"""A race as one HTML file that plays by itself: what it holds, what it says, and how the file is made."""
