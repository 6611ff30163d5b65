using Orchestrator.Client;
using Orchestrator.Messages;

namespace Orchestrator.App.Steering;

/// <summary>A command to a run.</summary>
/// <param name="Update">As a call that is answered.</param>
/// <param name="Signal">Its name as a signal.</param>
/// <param name="Arguments">Its arguments as a signal.</param>
public sealed record SteeringCall(
    Func<RunHandle, CancellationToken, Task<SteeringAnswer>> Update,
    string Signal,
    params IReadOnlyCollection<object?> Arguments
)
{
    /// <summary>If no worker runs, this process works on the run until the command is carried out: true for the state that it was to bring
    /// about. Only for commands after which no agent starts. Null: the person is asked whether the run continues now; without a terminal
    /// the command is kept.</summary>
    public Func<RunStatus, bool>? ComesToRest { get; init; }

    /// <summary>The outcome if the run answers that nothing was changed.</summary>
    public Outcome Unchanged { get; init; } = Outcome.Done;

    /// <summary>Said after the run itself has carried it out.</summary>
    public Action? Told { get; init; }

    /// <summary>Why it is refused, by the run's record; null: it is not, or the run itself decides.</summary>
    public Func<RunStatus, string?>? Refuse { get; init; }
}
