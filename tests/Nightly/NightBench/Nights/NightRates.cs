namespace Orchestrator.NightBench.Nights;

/// <summary>Published rates by which nights are drawn. A change of one makes other nights, so results name <see cref="Version"/>.</summary>
public static class NightRates
{
    /// <summary>Version of the rules: of the rates, the disturbances and the figures.</summary>
    public const int Version = 3;

    /// <summary>Share of agents that report success without work in their first start.</summary>
    public const double Lazy = 0.10;

    /// <summary>Share of agents whose service fails in the middle of their first start.</summary>
    public const double Flaky = 0.08;

    /// <summary>Share of agents that do a deed against the rules in their first start.</summary>
    public const double Hostile = 0.08;

    /// <summary>Share of agents whose first start hangs.</summary>
    public const double Hanging = 0.04;

    /// <summary>Share of tasks whose work passes alone and fails beside the work of another task.</summary>
    public const double Culprits = 0.10;

    /// <summary>Share of tasks that add a line at the same place of the same file.</summary>
    public const double Conflicts = 0.28;

    /// <summary>Share of tasks whose test fails at random.</summary>
    public const double FlakyTests = 0.02;

    /// <summary>Percentage of runs in which a flaky test fails.</summary>
    public const int FlakyPercent = 10;

    /// <summary>Share of tasks that depend on one or two earlier tasks.</summary>
    public const double Dependent = 0.5;

    /// <summary>Seconds after the first refusal in which the other slots may still start an agent each.</summary>
    public const int NoticeSeconds = 2;

    /// <summary>Agents that may work at once.</summary>
    public const int Workers = 6;

    /// <summary>Minutes that count for each visit of a person.</summary>
    public const int PersonMinutes = 5;
}
