"""Loss surfaces in closed form, each with gradient, Hessian and a source."""
