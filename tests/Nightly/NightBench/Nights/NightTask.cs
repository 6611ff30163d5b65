namespace Orchestrator.NightBench.Nights;

/// <summary>Manners of agents. Each agent misbehaves in its first start at most.</summary>
public enum AgentKind
{
    /// <summary>Does the work.</summary>
    Honest,

    /// <summary>Reports success without work.</summary>
    Lazy,

    /// <summary>Fails in the middle of the work because its service is overloaded.</summary>
    Flaky,

    /// <summary>Does a deed against the rules.</summary>
    Hostile,

    /// <summary>Stops printing and never ends.</summary>
    Hanging,
}

/// <summary>A task of a night, with the behavior of its agent.</summary>
/// <param name="Id">Id of the task.</param>
/// <param name="Number">Number of the task, from 1.</param>
/// <param name="After">Ids of tasks on which it depends.</param>
/// <param name="Kind">Manner of its agent.</param>
/// <param name="Seconds">Work of one start in seconds.</param>
/// <param name="Cost">Cost of one start in US dollars.</param>
public sealed record NightTask(string Id, int Number, IReadOnlyList<string> After, AgentKind Kind, double Seconds, decimal Cost)
{
    /// <summary>Deed of a hostile agent, or null for others.</summary>
    public string? Deed { get; init; }

    /// <summary>True if the task adds a line at the end of the shared file.</summary>
    public bool Registers { get; init; }

    /// <summary>True if the test of the task fails at random.</summary>
    public bool HasFlakyTest { get; init; }

    /// <summary>Numbers that the agent may claim, in order of preference. The first one of a culprit is that of another task.</summary>
    public IReadOnlyList<int> Claims { get; init; } = [Number];

    /// <summary>Seconds of work that the task needs at least, including the starts in which its agent misbehaves.</summary>
    /// <param name="pace">Pace of the night.</param>
    public double NeededSeconds(NightPace pace) =>
        Kind switch
        {
            AgentKind.Lazy or AgentKind.Flaky => 1.5 * Seconds,
            AgentKind.Hanging => (1.5 * Seconds) + pace.Stall,
            AgentKind.Hostile when Spoils => 1.5 * Seconds,
            _ => Seconds,
        };

    /// <summary>True if the agent's first work cannot be accepted.</summary>
    public bool Spoils => Deed is "weakens-gate" or "empties-tree";
}
