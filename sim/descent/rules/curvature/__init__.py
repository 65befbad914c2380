"""Rules that ask how the slope changes nearby: by the Hessian, or by the gradient a little uphill."""
