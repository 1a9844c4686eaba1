"""Everything that expires: when, what breaks then, who renews it and how."""
