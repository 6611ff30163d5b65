using Orchestrator.Machine.Night;
using Orchestrator.Usage.Forecasts;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>night rehearse --json</c>.</summary>
/// <param name="Start">Time at which the unattended run starts.</param>
/// <param name="Usual">Simulation with median durations and costs.</param>
/// <param name="Hard">Simulation with durations and costs as in the worst one of ten runs.</param>
public sealed record RehearsalDocument(DateTimeOffset Start, RehearsedNight Usual, RehearsedNight Hard) : Document
{
    /// <summary>Creates the document from two simulations.</summary>
    public static RehearsalDocument Of(NightPlan night, Rehearsal usual, Rehearsal hard) =>
        new(night.Start, RehearsedNight.Of(usual), RehearsedNight.Of(hard));
}

/// <summary>A simulated unattended run.</summary>
/// <param name="Done">Ids of tasks that are done at the end.</param>
/// <param name="Left">Ids of tasks that are not done at the end.</param>
/// <param name="Cost">Cost in US dollars.</param>
/// <param name="End">Time of the last event.</param>
/// <param name="Steps">All events in order.</param>
public sealed record RehearsedNight(
    IReadOnlyList<string> Done,
    IReadOnlyList<string> Left,
    decimal Cost,
    DateTimeOffset End,
    IReadOnlyList<RehearsedMoment> Steps
)
{
    /// <summary>Converts a simulation.</summary>
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

/// <summary>An event of a simulated run.</summary>
/// <param name="At">Time of the event.</param>
/// <param name="Kind"><c>starts</c>, <c>ends</c>, <c>fails</c>, <c>asks</c>, <c>waits</c>, <c>money</c> or <c>time</c>.</param>
/// <param name="Task">Id of the task, or null for the run as a whole.</param>
/// <param name="Until">Time at which a wait ends.</param>
/// <param name="Cost">Cost of the task in US dollars, for an end or a failure.</param>
public sealed record RehearsedMoment(DateTimeOffset At, string Kind, string? Task, DateTimeOffset? Until, decimal Cost);

/// <summary>Output of <c>night rehearse --kill --json</c>.</summary>
/// <param name="Night">Outcome of the rehearsal.</param>
/// <param name="Holds">True if everything landed, nothing was paid twice, and no agent started in vain.</param>
public sealed record KilledNightDocument(KilledNight Night, bool Holds) : Document
{
    /// <summary>Creates the document.</summary>
    public static KilledNightDocument Of(KilledNight night) => new(night, night.Holds);
}
