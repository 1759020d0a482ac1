"""What turns logits into probabilities and decisions: one temperature and two thresholds a family."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from stancekit.records import Family


class FamilyCalibration(BaseModel):
    """Calibration of one family.

    Attributes:
        temperature: Divides the logit of the likelier position against the rest (Guo et al. 2017); 1 changes nothing.
        threshold: Least probability of a stance that is reported; chosen on dev for the best F1.
        abstain_above: A statement without a reported stance is an abstention if a target of this family reaches
            this probability: too likely to call it none, not likely enough to report.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float = Field(default=1.0, gt=0)
    threshold: float = Field(default=0.5, ge=0, le=1)
    abstain_above: float = Field(default=0.35, ge=0, le=1)


class Calibration(BaseModel):
    """Calibration of the three families; ``fitted_on`` names the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: FamilyCalibration = FamilyCalibration()
    actor: FamilyCalibration = FamilyCalibration()
    accusation: FamilyCalibration = FamilyCalibration()
    fitted_on: str = ""

    def of(self, family: Family) -> FamilyCalibration:
        """Return the calibration of a family."""
        found: FamilyCalibration = getattr(self, family)
        return found
