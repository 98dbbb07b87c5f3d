from conventions.documents.convention import ConventionLetter, convention_letter, issue_convention

__all__ = ["ConventionLetter", "convention_letter", "issue_convention"]
