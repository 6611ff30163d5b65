namespace Orchestrator.Usage;

/// <summary>
/// Rules that were added to the governor over time. Workflow histories of earlier governor versions are replayed without the rules that
/// those versions lacked.
/// </summary>
[Flags]
public enum AccountGovernorRuleSwitches
{
    /// <summary>None of the added rules, as in the governor's first version.</summary>
    None = 0,

    /// <summary>Slots go to runs in the order of <see cref="RunFairShareTurnAllocator"/> instead of by repository.</summary>
    FairSlots = 1,

    /// <summary>
    /// The delay after a reset is a tenth of the wait for the reset, instead of the full wait. In both cases, the delay is at most one
    /// minute.
    /// </summary>
    ProportionalGrace = 2,

    /// <summary>All rules of this version.</summary>
    Current = FairSlots | ProportionalGrace,
}
