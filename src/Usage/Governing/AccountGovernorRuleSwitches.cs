namespace Orchestrator.Usage;

/// <summary>
/// Rules that were added to the governor over time. Histories of earlier versions replay without the rules that these versions lacked.
/// </summary>
[Flags]
public enum AccountGovernorRuleSwitches
{
    /// <summary>The first version.</summary>
    None = 0,

    /// <summary>Slots go to runs in the order of <see cref="FairRunTurnAllocator"/>, not by repository.</summary>
    FairSlots = 1,

    /// <summary>The delay after a reset is a tenth of the wait for it, not as long as that wait.</summary>
    ProportionalGrace = 2,

    /// <summary>All rules of this version.</summary>
    Current = FairSlots | ProportionalGrace,
}
