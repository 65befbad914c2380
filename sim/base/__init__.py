"""What every room needs: files, languages, what comes with the program, its version."""
