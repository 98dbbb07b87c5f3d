from demonstration.stories.in_order import stories

__all__ = ["stories"]
