"""What comes from outside and is run as code, since its user named the file: rules, and nothing else."""
