"""What becomes of a scene as its numbers change: the plan, the results and where they are kept, and what they say."""
