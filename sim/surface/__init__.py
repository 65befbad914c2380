"""What lies under the marbles."""
