"""No secret is ever shown: they are planted in every place, and looked for in all that is said."""
