using System.Runtime.InteropServices;

namespace Orchestrator.Usage.Forecasts;

/// <summary>Properties of a task that determine which past tasks are similar in cost and time.</summary>
/// <param name="Role">Role of the task; empty if it has none.</param>
/// <param name="Model">Requested agent and model.</param>
/// <param name="Size">Length of the agent's prompt, in characters.</param>
public sealed record TaskSimilarityKey(string Role, string Model, int Size)
{
    /// <summary>Logarithmic size class. Each class covers a range twice as large as that of the previous class.</summary>
    internal int Step => Size < 256 ? 0 : Math.Min(8, (int)Math.Log2(Size / 256.0) + 1);
}

/// <summary>A task of a plan, as input for a forecast.</summary>
/// <param name="Shape">Properties for the comparison with past tasks.</param>
/// <param name="After">Indexes of the tasks that this task depends on, in the list of tasks.</param>
public sealed record ForecastTask(TaskSimilarityKey Shape, IReadOnlyList<int> After);

/// <summary>A past task that an agent worked on.</summary>
/// <param name="Shape">Properties for the comparison with other tasks.</param>
/// <param name="Cost">Cost in US dollars.</param>
/// <param name="Seconds">Time from the start of the task's first agent to the task's end, in seconds.</param>
public sealed record PastTask(TaskSimilarityKey Shape, double Cost, double Seconds);

/// <summary>An ended run, used as a basis for forecasts.</summary>
/// <param name="Id">Run id.</param>
/// <param name="StartedAt">Start time.</param>
/// <param name="Workers">Maximum number of agents that ran at the same time.</param>
/// <param name="Plan">Tasks that agents worked on, as input for a forecast.</param>
/// <param name="Tasks">The same tasks, with their results.</param>
/// <param name="Cost">Cost of the run in US dollars.</param>
/// <param name="Seconds">Duration of the run in seconds, excluding waits for users.</param>
public sealed record PastRun(
    string Id,
    DateTimeOffset StartedAt,
    int Workers,
    IReadOnlyList<ForecastTask> Plan,
    IReadOnlyList<PastTask> Tasks,
    double Cost,
    double Seconds
);

/// <summary>A range within which eight of ten outcomes lie.</summary>
/// <param name="Low">Lower bound. One of ten outcomes is below it.</param>
/// <param name="Middle">Median: half of the outcomes are below it.</param>
/// <param name="High">Upper bound. One of ten outcomes is above it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ForecastRange(double Low, double Middle, double High)
{
    /// <summary>True if an outcome is within the range.</summary>
    public bool Contains(double outcome) => outcome >= Low && outcome <= High;
}

/// <summary>Expected cost and time of a run.</summary>
/// <param name="Cost">Cost in US dollars.</param>
/// <param name="Seconds">Duration in seconds.</param>
/// <param name="PastTasks">Number of past tasks on which the forecast is based.</param>
/// <param name="PastRuns">Number of runs to which those tasks belong.</param>
public sealed record CostAndTimeForecast(ForecastRange Cost, ForecastRange Seconds, int PastTasks, int PastRuns);
