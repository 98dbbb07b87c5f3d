from conventions.models.conventions import Convention
from conventions.models.covered import CbrExchange, CoveredClass, CoveredSchool

__all__ = ["CbrExchange", "Convention", "CoveredClass", "CoveredSchool"]
