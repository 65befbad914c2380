"""Many runs, computed: of one lane with many seeds, here, on every core, or on many computers."""
