"""What is seen, as files: pictures, drawings, pages of figures, films."""
