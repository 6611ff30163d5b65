using Orchestrator.Usage.Forecasts;

namespace Orchestrator.App.Documents;

/// <summary>Answer of <c>night rehearse --json</c>.</summary>
/// <param name="Start">When the night begins.</param>
/// <param name="Usual">A usual night.</param>
/// <param name="Hard">A night as one of ten is.</param>
public sealed record RehearsalDocument(DateTimeOffset Start, RehearsedNight Usual, RehearsedNight Hard) : Document
{
    /// <summary>The document of two rehearsals.</summary>
    public static RehearsalDocument Of(NightPlan night, Rehearsal usual, Rehearsal hard) =>
        new(night.Start, RehearsedNight.Of(usual), RehearsedNight.Of(hard));
}

/// <summary>A rehearsed night.</summary>
/// <param name="Done">Tasks that are done.</param>
/// <param name="Left">Tasks that are not.</param>
/// <param name="Cost">US dollars.</param>
/// <param name="End">When the last thing happens.</param>
/// <param name="Steps">All moments, in order.</param>
public sealed record RehearsedNight(
    IReadOnlyList<string> Done,
    IReadOnlyList<string> Left,
    decimal Cost,
    DateTimeOffset End,
    IReadOnlyList<RehearsedMoment> Steps
)
{
    /// <summary>The night as a document has it.</summary>
    public static RehearsedNight Of(Rehearsal night) =>
        new(
            night.Done,
            night.Left,
            Math.Round((decimal)night.Cost, 2),
            night.End,
            [
                .. night.Steps.Select(step => new RehearsedMoment(
                    step.At,
                    step.Kind.ToString().ToLowerInvariant(),
                    step.Task,
                    step.Until,
                    Math.Round((decimal)step.Cost, 2)
                )),
            ]
        );
}

/// <summary>A moment of it.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>starts</c>, <c>ends</c>, <c>fails</c>, <c>asks</c>, <c>waits</c>, <c>money</c> or <c>time</c>.</param>
/// <param name="Task">The task; null: the night as a whole.</param>
/// <param name="Until">For a wait, until when.</param>
/// <param name="Cost">For an end or a failure, US dollars of the task.</param>
public sealed record RehearsedMoment(DateTimeOffset At, string Kind, string? Task, DateTimeOffset? Until, decimal Cost);
