using Orchestrator.App.Night;
using Orchestrator.Usage.Forecasts;

namespace Orchestrator.App.Documents;

/// <summary>Output of <c>night rehearse --json</c>.</summary>
/// <param name="Start">Time at which the unattended run starts.</param>
/// <param name="Usual">Simulation of a usual night, with median durations and costs.</param>
/// <param name="Hard">Simulation of a hard night, with durations and costs that only one run in ten exceeds.</param>
public sealed record RehearsalDocument(DateTimeOffset Start, RehearsedRunEntry Usual, RehearsedRunEntry Hard) : SchemaVersionedDocument
{
    /// <summary>
    /// Creates the document from two simulations of an unattended run, one with usual and one with exceptionally high durations and costs.
    /// </summary>
    public static RehearsalDocument Of(UnattendedRunSimulationInput night, SimulatedRunResult usual, SimulatedRunResult hard) =>
        new(night.Start, RehearsedRunEntry.Of(usual), RehearsedRunEntry.Of(hard));
}

/// <summary>A simulated unattended run.</summary>
/// <param name="Done">Ids of the tasks that are done when the run ends.</param>
/// <param name="Left">Ids of the tasks that are not done when the run ends.</param>
/// <param name="Cost">Cost in US dollars.</param>
/// <param name="End">Time of the last event.</param>
/// <param name="Steps">All events, oldest first.</param>
public sealed record RehearsedRunEntry(
    IReadOnlyList<string> Done,
    IReadOnlyList<string> Left,
    decimal Cost,
    DateTimeOffset End,
    IReadOnlyList<RehearsedEventEntry> Steps
)
{
    /// <summary>Converts the result of a simulation to an entry of the document.</summary>
    public static RehearsedRunEntry Of(SimulatedRunResult night) =>
        new(
            night.Done,
            night.Left,
            Math.Round((decimal)night.Cost, 2),
            night.End,
            [
                .. night.Steps.Select(step => new RehearsedEventEntry(
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
/// <param name="Kind">Kind of the event, which is <c>starts</c>, <c>ends</c>, <c>fails</c>, <c>asks</c>, <c>waits</c>, <c>money</c> or
/// <c>time</c>.</param>
/// <param name="Task">Id of the task, or null if the event concerns the whole run.</param>
/// <param name="Until">Time at which a wait ends, or null for other events.</param>
/// <param name="Cost">Cost of the task in US dollars. Only set if the task ends or fails.</param>
public sealed record RehearsedEventEntry(DateTimeOffset At, string Kind, string? Task, DateTimeOffset? Until, decimal Cost);

/// <summary>Output of <c>night rehearse --kill --json</c>.</summary>
/// <param name="Night">Outcome of the rehearsal.</param>
/// <param name="Holds">True if everything landed, nothing was paid twice, and no agent was started without need.</param>
public sealed record KillRehearsalDocument(KillRehearsalOutcome Night, bool Holds) : SchemaVersionedDocument
{
    /// <summary>Creates the document from the outcome of the rehearsal.</summary>
    public static KillRehearsalDocument Of(KillRehearsalOutcome night) => new(night, night.Holds);
}
