"""Why a model says what it says, on the applicant's own fields."""
