"""How often what happens in one scene, and what a small batch makes of it against a large one."""
