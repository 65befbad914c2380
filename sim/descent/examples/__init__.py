"""The training examples: how they are made, their finite sum, its batches and their noise."""
