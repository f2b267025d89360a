"""Django's real admin over repositories, without SQL."""
