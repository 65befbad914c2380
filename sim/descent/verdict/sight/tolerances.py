"""Tolerances by which more than one thing is seen."""

AT_HAND = 5e-3  # How far it may be from the critical point at which it rests.
FLAT_CURVATURE = 1e-4  # |eigenvalue| that counts as zero, over the scale of curvatures.
ROUNDED_CURVATURE = 1e-7  # |eigenvalue| that counts as zero, over the other: on a floor or a crest it is rounding.
EQUAL_LOSS = 1e-6  # Difference of two losses that counts as none, over the scale of losses.
LEAVING = 2.0  # What has begun goes on until its quantity exceeds the tolerance by this factor.
