using System.Runtime.InteropServices;

namespace Orchestrator.Usage.Forecasts;

/// <summary>Properties by which tasks are alike in cost and time.</summary>
/// <param name="Role">Role of the task; empty: none.</param>
/// <param name="Model">Agent and model, as they were asked for.</param>
/// <param name="Size">Length of what the agent is told, in characters.</param>
public sealed record TaskShape(string Role, string Model, int Size)
{
    /// <summary>The size as a step: each is twice the one before.</summary>
    internal int Step => Size < 256 ? 0 : Math.Min(8, (int)Math.Log2(Size / 256.0) + 1);
}

/// <summary>A task of a plan, for a forecast.</summary>
/// <param name="Shape">Properties by which it is compared with past ones.</param>
/// <param name="After">Places in the list of the tasks that it waits for.</param>
public sealed record ForecastTask(TaskShape Shape, IReadOnlyList<int> After);

/// <summary>A task that an agent has worked on.</summary>
/// <param name="Shape">Properties by which others are compared with it.</param>
/// <param name="Cost">US dollars.</param>
/// <param name="Seconds">Time from its first agent to its end.</param>
public sealed record PastTask(TaskShape Shape, double Cost, double Seconds);

/// <summary>A run that has ended.</summary>
/// <param name="Id">The run.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Workers">How many agents worked at once.</param>
/// <param name="Plan">The tasks that agents worked on, as a forecast would have seen them.</param>
/// <param name="Tasks">The same tasks, and what came of each.</param>
/// <param name="Cost">US dollars of the run.</param>
/// <param name="Seconds">Time of the run, without what it waited for a person.</param>
public sealed record PastRun(
    string Id,
    DateTimeOffset StartedAt,
    int Workers,
    IReadOnlyList<ForecastTask> Plan,
    IReadOnlyList<PastTask> Tasks,
    double Cost,
    double Seconds
);

/// <summary>A range that eight of ten outcomes lie in.</summary>
/// <param name="Low">Lower end: one of ten is below it.</param>
/// <param name="Middle">Half of the outcomes are below it.</param>
/// <param name="High">Upper end: one of ten is above it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ForecastRange(double Low, double Middle, double High)
{
    /// <summary>True if an outcome lies in it.</summary>
    public bool Contains(double outcome) => outcome >= Low && outcome <= High;
}

/// <summary>The expected cost and time of a run.</summary>
/// <param name="Cost">US dollars.</param>
/// <param name="Seconds">Time of the run.</param>
/// <param name="PastTasks">Past tasks that it rests on.</param>
/// <param name="PastRuns">Runs that those were of.</param>
public sealed record Forecast(ForecastRange Cost, ForecastRange Seconds, int PastTasks, int PastRuns);
